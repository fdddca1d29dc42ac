"""What a machine says while it is set up: on its console, and in the bucket, where the user sees it."""

from __future__ import annotations

import json
import sys
import time

from . import fetch

_CONSOLE = "/dev/console"


class Trouble(Exception):
    """This machine cannot be set up; the message is for the user."""


class Teller:
    """Says one sentence at a time. ``key`` is the object in the bucket, which always has the newest one."""

    def __init__(self, bucket: fetch.Bucket, key: str) -> None:
        self._bucket = bucket
        self._key = key

    def say(self, sentence: str) -> None:
        """What is being done now."""
        self._write("setting up", sentence)

    def fail(self, sentence: str) -> None:
        """Why this machine ends."""
        self._write("ending", sentence)
        try:
            with open(_CONSOLE, "w") as console:  # standard output is not everywhere what get-console-output shows
                console.write(f"cellburst: {sentence}\n")
        except OSError:
            pass

    def _write(self, state: str, sentence: str) -> None:
        print(f"cellburst: {sentence}", flush=True)
        said = {"state": state, "reason": sentence, "at": time.time()}
        try:
            self._bucket.put(self._key, json.dumps(said).encode())
        except fetch.FetchError as error:  # nobody hears it, but that is no reason to stop
            print(f"cellburst: that could not be told: {error}", file=sys.stderr, flush=True)
