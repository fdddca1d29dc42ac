"""The far side: executes tasks, one at a time."""
