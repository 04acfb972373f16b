"""Who decides who gets which offer, and within which limits."""
