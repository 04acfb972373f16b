"""What an order log tells about each customer up to a day."""
