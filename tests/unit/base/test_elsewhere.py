"""A run that leaves this machine: what of its surroundings goes along."""

from __future__ import annotations

import os

import pytest
from msgspec.structs import replace

from cellburst.client.surroundings.elsewhere import leaving_home
from cellburst.model.blob import Packed
from cellburst.model.payload import Payload

PAYLOAD = Payload("cell", Packed(b"}."), cwd="/here", path=("/here",))


def test_what_the_notebook_has_set_goes_along_and_what_the_kernel_was_started_with_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_PROFILE", "work")
    payload, notes = leaving_home(replace(PAYLOAD, ambient={"LANG": "C"}, env={"MODE": "fast"}, unset=("CELERY",)))
    assert payload.ambient == {"AWS_PROFILE": "work"}
    assert (payload.env, payload.unset, notes) == ({"MODE": "fast"}, ("CELERY",), [])


def test_what_means_something_on_this_machine_alone_stays() -> None:
    names = ("PATH", "HOME", "LD_LIBRARY_PATH", "PYTHONPATH", "CONDA_PREFIX", "CUDA_VISIBLE_DEVICES", "AWS_PROFILE")
    payload, notes = leaving_home(replace(PAYLOAD, env=dict.fromkeys(names, "x"), unset=("PATH", "MODE")))
    assert (payload.env, payload.unset, notes) == ({}, ("MODE",), [])
    kept, _ = leaving_home(replace(PAYLOAD, env={"PATHS": "1", "HOMEPAGE": "2", "OMP_NUM_THREADS": "4"}))
    assert len(kept.env) == 3


def test_secrets_stay_and_that_is_said() -> None:
    env = {"DB_PASSWORD": "hunter2!", "AWS_SECRET_ACCESS_KEY": "x" * 40, "MODE": "fast"}
    payload, notes = leaving_home(replace(PAYLOAD, env=env))
    assert payload.env == {"MODE": "fast"}
    assert any("DB_PASSWORD" in note for note in notes)
    assert "hunter2" not in " ".join(notes)
