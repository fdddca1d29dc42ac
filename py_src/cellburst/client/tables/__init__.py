"""Tasks side by side: as columns, by their scores, for other libraries, and one of them for a person."""
