"""The Python environment of the sender, so that a machine can be given the same."""
