"""The %%remote and %remote magics."""
