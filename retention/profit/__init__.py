"""Who is worth an offer, in money."""
