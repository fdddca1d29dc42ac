"""Messages between our processes, typed, and the frames that carry them."""
