"""Publish models, customers and send decisions on the Hugging Face Hub, pull them, and replay decisions."""
