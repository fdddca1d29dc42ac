"""The parameter grid: a widget in which a person writes a sweep, starts it and looks at what came of it."""
