"""Turns an order log into one row a customer: a snapshot at a cutoff date, with features and a label."""
