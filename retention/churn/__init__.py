"""Who is about to churn: train, select and explain a model with calibrated probabilities."""
