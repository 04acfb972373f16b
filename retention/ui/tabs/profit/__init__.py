"""The profit tab."""
