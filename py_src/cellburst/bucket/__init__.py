"""Handing work out and believing what came of it, over an object store and a queue."""
