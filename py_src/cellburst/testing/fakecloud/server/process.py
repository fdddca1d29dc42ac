"""The cloud's own process: ``python -m cellburst.testing.fakecloud.server.process OPTIONS``, as JSON.

It prints one line of JSON, what one needs to use it, and ends when its standard input does: whoever holds the other
end of that pipe, however he ends. A detached one ends when it is told to or was idle for long. Its guard, and with it
every machine, ends with it.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from cellburst.testing.fakecloud.facts import Options
from cellburst.testing.fakecloud.machines import probe
from cellburst.testing.fakecloud.started import Started

if TYPE_CHECKING:
    from cellburst.testing.fakecloud.server.application import Application

_PLAIN = (
    "Machines share this host's network, files, processes and host name: nothing is isolated, and what a machine"
    " writes outside its HOME and TMPDIR stays.",
    "The metadata service is on a port of the loopback, named by AWS_EC2_METADATA_SERVICE_ENDPOINT, and not at"
    " 169.254.169.254.",
    "User data does not run as root; a full path like /sbin/shutdown is the host's own program.",
)
_LOOK = 1.0
_UNPRIVILEGED = ("Machines are in a user namespace: root is their only user, and files cannot be given to others.",)
_ALWAYS = (
    "CPU time is not limited to what a type has, and affinity shows the host's cores; memory is watched from outside"
    " and the biggest process ended.",
    "Machines cannot reach each other.",
)
_OFFLINE = ("Machines cannot reach the internet.",)


def main(text: str) -> None:
    """Run until standard input ends."""
    owner = os.getppid()  # now: he may end, and leave a fork with the pipe, as soon as he has our line
    options = msgspec.json.decode(text, type=Options)
    mode, lacking = _mode(options)  # before there are threads: it forks
    for name in ("MOTO_ENABLE_AMI_VALIDATION", "MOTO_EC2_ENABLE_INSTANCE_TYPE_VALIDATION"):
        os.environ[name] = "true"
    folder = Path(tempfile.mkdtemp(prefix="cb-cloud-"))
    over = threading.Event()
    try:
        application = _open(options, mode, lacking, folder, over)
    except BaseException:
        traceback.print_exc()
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(1)  # threads that run already would keep a process whose owner waits for its first line
    if not options.detached:
        threading.Thread(target=_follow_input, args=(over,), daemon=True).start()
    _wait(over, application, options, owner)
    application.lifecycle.close()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


def _open(options: Options, mode: str, lacking: tuple[str, ...], folder: Path, over: threading.Event) -> Application:
    """Serve, and tell whoever started us where."""
    from cellburst.testing.fakecloud.server import account, amended
    from cellburst.testing.fakecloud.server.application import Application
    from cellburst.testing.fakecloud.server.front import Front
    from cellburst.testing.fakecloud.server.lifecycle import Lifecycle

    amended.amend()
    lifecycle = Lifecycle(options, mode, folder)
    application = Application(options, lifecycle, over.set)
    application.lacking = lacking
    front = Front(options.port, application, lambda door: door.name != "metadata" and lifecycle.is_cut(door.machine))
    port = front.prepare()
    lifecycle.open(front, port)
    application.enforce(options.iam)
    account.zones(options.region)  # moto reads its images now rather than at the first request
    keys = application.keys
    started = Started(f"http://127.0.0.1:{port}", os.getpid(), str(folder), keys.id, keys.secret, options.region)
    sys.stdout.buffer.write(msgspec.json.encode(started) + b"\n")
    sys.stdout.flush()
    return application


def _mode(options: Options) -> tuple[str, tuple[str, ...]]:
    if options.machines == "none":
        return "none", ("No machine is booted: instances only change their states.",)
    why = "plain machines were asked for" if options.machines == "plain" else probe.why_not()
    if not why:
        further = (*(_UNPRIVILEGED if os.geteuid() else ()), *(() if options.internet else _OFFLINE))
        return "isolated", (*_ALWAYS, *further)
    if options.machines == "isolated":
        raise SystemExit(f"isolated machines do not work here: {why}")
    return "plain", (f"Machines are plain processes: {why}.", *_PLAIN, *_ALWAYS[:1])


def _follow_input(over: threading.Event) -> None:
    while os.read(0, 4096):
        pass
    over.set()


def _wait(over: threading.Event, application: Application, options: Options, owner: int) -> None:
    while not over.wait(min(_LOOK, options.idle / 4) if options.idle else _LOOK):
        if not options.detached and os.getppid() != owner:
            return  # a fork of the owner may still hold the pipe
        idle = time.monotonic() - application.last_request
        if options.idle and idle > options.idle and not any(application.lifecycle.live()):
            return


if __name__ == "__main__":
    main(sys.argv[1])
