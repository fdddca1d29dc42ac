"""Which variations a run has, and their seeds."""
