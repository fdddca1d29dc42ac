"""Finding or starting the controller, and speaking with it."""
