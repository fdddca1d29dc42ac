"""On a machine of its own: takes tasks from the queue, executes them in a local pool, writes what came of them, and
ends the machine."""
