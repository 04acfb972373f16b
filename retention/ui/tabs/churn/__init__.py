"""The churn tab."""
