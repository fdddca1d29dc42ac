"""cellburst beside other ways to run Python on many workers, measured in the same run."""
