"""Machines that a run starts: planned, priced and agreed to; and runs that such an account has from elsewhere."""
