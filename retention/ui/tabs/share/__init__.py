"""The share tab."""
