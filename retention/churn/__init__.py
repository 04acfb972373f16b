"""Who is about to leave: probabilities that mean what they say."""
