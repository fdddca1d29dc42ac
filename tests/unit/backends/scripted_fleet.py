"""A process that speaks wire/fleet.py as the script in argv[1] says; what it hears goes to a file.

Lines of the script: ``say <Python expression>``, ``hear <n>`` (wait for n further messages), ``die <status>``.
"""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import Any

from cellburst.model.machine import Machine, MachineState
from cellburst.model.outcome import LossReason, OutcomeKind, TaskResult
from cellburst.wire import fleet
from cellburst.wire.frames import Channel

NAMES = {**vars(fleet), "Machine": Machine, "MachineState": MachineState, "TaskResult": TaskResult}
NAMES |= {"OutcomeKind": OutcomeKind, "LossReason": LossReason}


def main() -> int:
    script, heard = Path(sys.argv[1]), Path(sys.argv[2])
    life = heard.with_suffix(f".{len(list(heard.parent.glob('life*')))}")
    heard.parent.joinpath(f"life{life.suffix}").touch()
    lines = script.with_suffix(life.suffix).read_text().splitlines()
    descriptor = int(sys.argv[sys.argv.index("--fd") + 1])
    channel: Channel[Any] = Channel(socket.socket(fileno=descriptor), fleet.ToFleet)
    with heard.open("a") as log:
        for line in lines:
            word, _, rest = line.partition(" ")
            if word == "say":
                channel.send(eval(rest, NAMES))
            elif word == "die":
                return int(rest)
            for _ in range(int(rest) if word == "hear" else 0):
                if (message := channel.receive()) is None:
                    return 0
                print(life.suffix, message, file=log, flush=True)
        while (message := channel.receive()) is not None:
            print(life.suffix, message, file=log, flush=True)
    return 0


sys.exit(main())
