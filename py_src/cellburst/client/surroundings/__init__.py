"""What the kernel is around a cell: where it runs, its environment, its shell, and what notebooks change of modules."""
