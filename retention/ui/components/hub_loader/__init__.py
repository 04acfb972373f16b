"""A small box that brings something from the Hub."""
