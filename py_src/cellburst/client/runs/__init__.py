"""What a user holds: runs and their results, found again, steered and made larger."""
