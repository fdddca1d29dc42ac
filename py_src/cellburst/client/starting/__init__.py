"""From a cell, or a function, to a run that the controller has."""
