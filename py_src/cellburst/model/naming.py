"""What a run is called that was given no name."""

from __future__ import annotations


def telling_line(code: str) -> str:
    """What a run without a name is called: its first line that is no magic, comment, or (if there is more) import."""
    lines = [line.strip() for line in code.splitlines() if line.strip() and not line.lstrip().startswith(("%%", "#"))]
    return next((line for line in lines if not line.startswith(("import ", "from "))), lines[0] if lines else "")
