"""`cellburst demo`: the quickstart notebook, played in the terminal."""
