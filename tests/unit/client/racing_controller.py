"""A controller process as far as starting one goes: takes the lock or leaves, says where it is, answers pings."""

from __future__ import annotations

import fcntl
import os
import socket
import sys
import threading
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[3]))

from cellburst.paths import Folders
from cellburst.settings import Settings
from cellburst.wire import client as wire
from cellburst.wire.frames import Channel
from tests.unit.client.scripted import write_state


def main() -> None:
    options = dict(zip(sys.argv[1::2], sys.argv[2::2], strict=True))
    data, runtime, ready = options["--data"], options["--runtime"], options["--ready-fd"]
    folders = Folders.of(Settings(data_dir=data, runtime_dir=runtime))
    lock = os.open(folders.lock, os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.write(int(ready), b"other\n")
        return
    print(os.getpid(), flush=True)
    folders.controller_socket.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(folders.controller_socket))
    listener.listen()
    write_state(folders, os.getpid(), wire.PROTOCOL)
    os.write(int(ready), b"ready\n")
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0], folders)).start()


def serve(sock: socket.socket, folders: Folders) -> None:
    channel: Channel[Any] = Channel(sock, wire.ToController)
    while (message := channel.receive()) is not None:
        if isinstance(message, wire.Hello):
            channel.send(wire.Welcome(wire.PROTOCOL, "0.0.1", os.getpid(), str(folders.store), 1, 2))
        else:
            ours = {name: value for name, value in os.environ.items() if name.startswith("CELLBURST_")}
            facts = {"pid": os.getpid(), "environ": ours, "session": os.getsid(0), "cwd": os.getcwd()}
            channel.send(wire.Done(message.request, "", facts))


main()
