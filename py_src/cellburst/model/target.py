"""Named places to run on."""

from __future__ import annotations

TARGETS = {"local": "worker processes on this machine"}
"""What each is, in a few words."""
