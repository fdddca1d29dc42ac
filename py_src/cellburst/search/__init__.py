"""Who decides which tasks a search gets next: a process of its own, and a client of the controller."""
