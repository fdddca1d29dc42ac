"""Local worker processes: start, feed, time, end, leave none behind."""
