"""What a machine is told of its run, in its user data: ``python -m cellburst.agent CONFIG.json`` reads it."""

from __future__ import annotations

from msgspec import Struct


class AgentConfig(Struct, frozen=True, omit_defaults=True):
    """Nothing of it is secret, and everything else is believed only if ``sender`` has signed it.

    ``machine`` is the name of the first machine of the request that launched this one: each instance's own name is
    ``name_after(machine, ami-launch-index)`` (model/machine.py; the index is in its metadata, 0 for the first), because
    all instances of a request get the same user data. ``prefix`` ends with "/" and is the run's in the bucket,
    ``queue`` the queue's URL, ``sender`` the user's public key (lower-case hexadecimal). ``deadline`` is wall seconds
    since 1970, when the machine ends itself whatever it does. ``workers`` tasks run at once (0: one for each GPU, or
    for each core); each has ``gpus`` GPUs of its own (0: as many as there are for each worker). ``larger`` counts the
    steps from the plan's type to this machine's: a task that was out of memory so often is for machines of at least
    that many. ``data`` is the folder for everything that is kept while it lives, ``endpoint`` stands in for that of AWS
    and ``metadata`` for the address of its own service ("": the real ones).
    """

    run: str
    machine: str
    bucket: str
    prefix: str
    queue: str
    region: str
    sender: str
    deadline: float
    spot: bool = False
    workers: int = 0
    gpus: int = 0
    larger: int = 0
    data: str = "/var/lib/cellburst"
    endpoint: str = ""
    metadata: str = ""
