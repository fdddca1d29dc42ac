"""The right name for a wrong one."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from cellburst.errors import UnknownTargetError


def nearest(wrong: str, right: Iterable[str]) -> str:
    """``"; did you mean X?"``, or nothing if no right name is near."""
    import difflib  # only mistakes need it

    names = {name.lower(): name for name in right}
    bare = wrong.strip().lower()
    begins = [name for name in names if bare and name.startswith(bare)]
    found = begins[:1] or difflib.get_close_matches(bare, names, n=1, cutoff=0.6)
    return f"; did you mean {names[found[0]]}?" if found else ""


def unknown_target(name: str, known: Collection[str]) -> UnknownTargetError:
    """The error for a target that does not exist: which one is near, and how to add one."""
    near = nearest(name, known)
    new = name if name.isidentifier() and name.islower() and not near else "NAME"
    adding = f"`cellburst targets add {new} --backend ec2 --region us-east-1` adds one"
    return UnknownTargetError(f"there is no target {name!r}{near or '; there are ' + ', '.join(known)} ({adding})")
