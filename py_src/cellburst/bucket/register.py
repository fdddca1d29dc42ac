"""What an account knows of its runs, so that whoever has the account finds them without the computer that started them.

It lies beside the runs, where the role of no machine may write: what stands there is as true as the account's owner.
"""

from __future__ import annotations

import re

import msgspec

from cellburst._version import __version__
from cellburst.abc import ObjectStore
from cellburst.bucket.keys import REGISTER, registered
from cellburst.bucket.records import Registered
from cellburst.errors import MissingObjectError
from cellburst.model.ids import is_run_id
from cellburst.model.run import Run

_ENV = re.compile(r"[0-9a-f]{12}")
_PUBLIC_BYTES = 32
_LONGEST = 200


def write(store: ObjectStore, env: str, public: bytes, run: Run) -> None:
    """Let the account know of a run of this environment and key; harmless when repeated. Raises CloudError."""
    entry = Registered(
        run.id,
        env,
        public,
        run.submitted,
        run.name[:_LONGEST],
        run.target,
        run.count,
        run.origin.notebook[-_LONGEST:],
        run.origin.python,
        run.origin.version or __version__,
    )
    store.put(registered(run.id), msgspec.json.encode(entry))


def names(store: ObjectStore, start: str = "") -> list[str]:
    """The ids of the account's runs that begin with ``start``, oldest first. Raises CloudError."""
    found, after = [], ""
    while keys := store.keys(f"{REGISTER}{start}", after):
        found += [key[len(REGISTER) :].removesuffix(".json") for key in keys if key.endswith(".json")]
        after = keys[-1]
    return [name for name in found if is_run_id(name)]


def read(store: ObjectStore, run: str) -> Registered | None:
    """What the account knows of a run; None if it is nothing that can be used. Raises CloudError."""
    try:
        found = msgspec.json.decode(store.get(registered(run)), type=Registered)
    except (MissingObjectError, msgspec.MsgspecError, UnicodeError):
        return None
    fits = found.run == run and _ENV.fullmatch(found.env) and len(found.public) == _PUBLIC_BYTES
    return found if fits else None
