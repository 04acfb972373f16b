"""Customers from a database or a lake, by the names that whoever runs the app wrote into sources.toml."""
