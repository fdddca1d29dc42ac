"""What of its surroundings a run takes along to machines of its own."""

from __future__ import annotations

import re

from msgspec.structs import replace

from cellburst.client.connecting.link import reaching
from cellburst.model.payload import Payload

_OF_THIS_PLACE = re.compile(
    r"PATH|HOME|PWD|OLDPWD|USER|LOGNAME|SHELL|HOSTNAME|TMPDIR|TEMP|TMP|DISPLAY|VIRTUAL_ENV|CUDA_VISIBLE_DEVICES"
    r"|_|SHLVL|LD_.*|DYLD_.*|PYTHON.*|CONDA_.*|JUPYTER_.*|JPY_.*|IPYTHON.*|SSH_.*|XDG_.*|AWS_.*|CELLBURST_.*"
)
"""Variables that say something of the machine that they are set on, or are the user's rights in the cloud."""


def leaving_home(payload: Payload) -> tuple[Payload, list[str]]:
    """The payload without what only means something here; with a sentence for each variable that is kept back.

    Of the environment the notebook's own changes go along. A variable that looks like a secret does not: what a machine
    reads of its run lies in the bucket. ``ambient`` has how this process reaches the cloud, for the one on this machine
    that does so for the run; it goes no further, and is not stored.
    """
    from cellburst.cells.secrets import looks_secret

    kept = [name for name, value in payload.env.items() if looks_secret(name, value)]
    env = {
        name: value
        for name, value in payload.env.items()
        if name not in kept and _OF_THIS_PLACE.fullmatch(name) is None
    }
    unset = tuple(name for name in payload.unset if _OF_THIS_PLACE.fullmatch(name) is None)
    notes = [f"the variable {name} of the environment: it looks like a secret" for name in kept]
    return replace(payload, ambient=reaching(), env=env, unset=unset), notes
