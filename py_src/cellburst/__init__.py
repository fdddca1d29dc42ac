"""Run a notebook cell on many workers with one line, and get the results back in the kernel."""
