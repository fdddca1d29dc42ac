"""From what is recorded of a task to its value, its exception, its output and its files."""
