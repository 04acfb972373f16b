"""The offers tab."""
