"""What a run looks like in a cell, a terminal, HTML."""
