"""Commands, scripts and notebooks as tasks: what the command line submits, and what a worker does for it."""
