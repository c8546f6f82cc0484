"""Numerical helpers that belong to no room."""
