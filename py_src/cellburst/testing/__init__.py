"""Doubles for backend authors and tutorials."""
