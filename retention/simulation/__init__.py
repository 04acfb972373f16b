"""Simulates a food-delivery market with known truth: its customers, their orders and the effect of offers."""
