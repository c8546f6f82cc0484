"""Shortest and widest paths."""
