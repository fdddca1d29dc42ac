"""The differential harness: the same notebook in plain kernels and in one with ``%%remote`` on each cell."""
