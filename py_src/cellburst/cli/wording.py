"""Messages that were written for a notebook, in a shell's words."""

from __future__ import annotations


def in_a_shell(said: str) -> str:
    """The commands that it names as one types them here."""
    return said.replace("`%remote attach ", "`cellburst show ").replace("%remote ", "cellburst ")
