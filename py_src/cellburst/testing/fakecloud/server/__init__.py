"""The cloud's own side: moto over HTTP behind what it lacks."""
