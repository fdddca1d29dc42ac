"""Watching a run until it ends, with what the kernel does meanwhile."""
