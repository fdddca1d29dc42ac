"""The `cellburst` command: runs, their output, the demo and the doctor."""
