"""From a machine that has just booted to one that executes tasks, and from there to its end."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
import traceback
from typing import Any

from . import building, comparing, environment, sources, supervising
from .fetch import Bucket, FetchError
from .telling import Teller, Trouble

_UPLOAD = 120.0  # seconds that an ended run waits for its environment to be kept


def main() -> None:
    """Set this machine up as SETUP.json says, run its agent, and end it."""
    with open(sys.argv[1]) as file:
        config = json.load(file)
    os.environ.setdefault("HOME", "/root")  # user data has none
    agent = config["agent"]
    bucket = Bucket(agent["bucket"], agent["region"], agent.get("endpoint", ""), agent.get("metadata", ""))
    teller = Teller(bucket, f"{agent['prefix']}machine/{_name(agent, bucket)}.setup.json")
    try:
        _live(config, bucket, teller)
    except (Trouble, FetchError) as trouble:
        teller.fail(str(trouble))
    except Exception as error:
        traceback.print_exc()
        teller.fail(f"setting up failed: {type(error).__name__}: {error}")
    end()


def end() -> None:
    """Switch this machine off. It was told to end itself when it goes down."""
    sys.stdout.flush()
    os.sync()
    time.sleep(1)
    for command in (["shutdown", "-h", "now"], ["systemctl", "poweroff", "-f"], ["poweroff", "-f"]):
        try:
            if subprocess.run(command, check=False).returncode == 0:
                time.sleep(60)
        except OSError:
            continue


def _live(config: dict[str, Any], bucket: Bucket, teller: Teller) -> None:
    agent, root = config["agent"], config["root"]
    shared = agent["prefix"].split("/")[0] + "/"
    recipe = _recipe(config["recipe"], bucket, shared)
    teller.say("fetching code")
    code = os.path.join(root, "code")
    places = sources.all_of(recipe, bucket, shared, code)
    keeper = None
    if recipe["prebuilt"]:
        python = comparing.compared(recipe, teller)
    else:
        folder = os.path.join(root, "env")
        shelf = environment.Shelf(bucket, shared, agent["prefix"], recipe["build"])
        python = shelf.fetched(folder, teller)
        if not python:
            parts = [sources.fetched(said, bucket, shared, code) for said in recipe["archives"]]
            python = environment.built(recipe, bucket, shared, folder, parts, teller)
            keeper = shelf.keeper(folder, teller)
        sources.listed(building.site_packages(os.path.join(folder, "venv")), places)
        places = []
    teller.say("starting")
    supervising.supervise(agent, python, places, root, teller)
    if keeper is not None:
        keeper.join(_UPLOAD)


def _recipe(digest: str, bucket: Bucket, shared: str) -> dict[str, Any]:
    data = bucket.get(f"{shared}blob/{digest}")
    if hashlib.sha256(data).hexdigest() != digest:
        raise Trouble("what this machine is to install is not what was sent; nothing was installed")
    recipe: dict[str, Any] = json.loads(data.decode())
    return recipe


def _name(agent: dict[str, Any], bucket: Bucket) -> str:
    """This machine's own name: all of one request get the same user data (``model.machine.name_after``)."""
    for pause in (0, 1, 3):
        time.sleep(pause)
        try:
            return f"m{int(agent['machine'][1:]) + int(bucket.fact('ami-launch-index'))}"
        except (FetchError, ValueError):
            if os.environ.get("AWS_ACCESS_KEY_ID"):  # a process without a metadata service stands in for a machine
                break
    return str(agent["machine"])
