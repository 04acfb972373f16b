"""The parts of the simulated market: who people are, when they order, what an offer does to them."""
