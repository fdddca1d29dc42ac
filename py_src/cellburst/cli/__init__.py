"""The cellburst command."""
