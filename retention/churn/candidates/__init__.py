"""The candidate models, simplest first."""
