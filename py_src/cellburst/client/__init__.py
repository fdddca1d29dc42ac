"""Submit, follow, collect."""
