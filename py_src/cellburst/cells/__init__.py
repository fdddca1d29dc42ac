"""Reading a cell: what it needs, assigns and changes."""
