"""The environment of this machine: fetched where another one has built it, built otherwise, or the image's own."""

from __future__ import annotations

import json
import os
import shutil
import threading
from typing import Any

from . import building, facts, tools, unpacking
from .fetch import Bucket, FetchError, file_sha256
from .telling import Teller, Trouble

_LARGEST = 5 << 30  # bytes that S3 takes in one piece


class Shelf:
    """Where built environments are in the bucket, for machines that are alike.

    ``<build>-<alike>.json`` says which archive is the one, with its digest. It is written after the archive, and once.
    """

    def __init__(self, bucket: Bucket, shared: str, prefix: str, build: str) -> None:
        self._bucket = bucket
        self._stem = f"{shared}env/{build}-{facts.alike()}"
        self._claim = f"{prefix}claim/environment-{facts.alike()}"

    def fetched(self, folder: str, teller: Teller) -> str:
        """The Python of the environment that another machine has built; "" if there is none that is right."""
        try:
            said = json.loads(self._bucket.get(f"{self._stem}.json", certain=False).decode())
            size, digest = int(said["size"]), str(said["sha256"])
        except (FetchError, ValueError, KeyError, TypeError):
            return ""
        teller.say(f"fetching the environment ({size / 1e6:,.0f} MB)")
        archive = f"{folder}.tar.gz"
        try:
            if self._bucket.download(f"{self._stem}.{digest[:16]}.tar.gz", archive) != digest:
                teller.say("the environment in the bucket is not what was put there: it is built anew")
                return ""
            shutil.rmtree(folder, ignore_errors=True)
            unpacking.unpack(archive, folder)
            return building.settle(folder)
        except (FetchError, Trouble) as error:
            teller.say(f"the environment in the bucket is of no use ({error}): it is built anew")
            return ""
        finally:
            if os.path.exists(archive):
                os.unlink(archive)

    def keeper(self, folder: str, teller: Teller) -> threading.Thread | None:
        """Pack the environment for other machines; the thread that uploads it. One machine of a run does that."""
        try:
            if not self._bucket.put(self._claim, b"{}", create=True):
                return None
        except FetchError:
            return None
        archive = f"{folder}.tar.gz"
        teller.say("packing the environment for the next machine")
        unpacking.pack(folder, archive)
        thread = threading.Thread(target=self._upload, args=(archive,), daemon=True)
        thread.start()
        return thread

    def _upload(self, archive: str) -> None:
        digest, size = file_sha256(archive), os.path.getsize(archive)
        try:
            if size >= _LARGEST:
                print(f"cellburst: the environment has {size:,} bytes and is not kept", flush=True)
                return
            self._bucket.put(f"{self._stem}.{digest[:16]}.tar.gz", archive, create=True)
            self._bucket.put(f"{self._stem}.json", json.dumps({"sha256": digest, "size": size}).encode(), create=True)
            print(f"cellburst: the environment is kept ({size:,} bytes)", flush=True)
        except FetchError as error:
            print(f"cellburst: the environment is not kept: {error}", flush=True)
        finally:
            os.unlink(archive)


def built(recipe: dict[str, Any], bucket: Bucket, shared: str, folder: str, parts: list[str], teller: Teller) -> str:
    """The Python of the environment, built here. Raises Trouble."""
    program = tools.uv(recipe, bucket, shared, os.path.dirname(folder))
    building.build(recipe, program, folder, parts, teller)
    return building.settle(folder)
