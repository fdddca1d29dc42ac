"""Commands over the server that nobody would send who means well."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cellburst.paths import Folders
from tests.server.sending import Post, no_controller
from tests.unit.client.scripted import Scripted
from tests.unit.store.builders import run_id

BAD_BODIES = [
    b"[]",
    b"null",
    b"1",
    b'"cancel"',
    b"{",
    b"\xff\xfe",
    b"<xml/>",
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"name": "x", "extra": 1}',
    b'{"__proto__": {}}',
    b'{"tasks": "all"}',
    b'{"tasks": [-1]}',
    b'{"tasks": [1.5]}',
    b'{"tasks": [true]}',
    b'{"tasks": [99999999999999999999]}',
    b'{"tasks": {"0": 1}}',
    b'{"which": "everything"}',
    b'{"which": ["failed"]}',
    b'{"which": null}',
    b'{"name": null}',
    b'{"name": 5}',
    b'{"name": ""}',
    b'{"name": "  \\n "}',
    b'{"name": "\\ud800"}',
    b'{"name": "' + b"x" * 201 + b'"}',
]


@pytest.mark.parametrize("command", ["cancel", "retry", "rerun", "rename", "delete"])
async def test_hostile_bodies_are_refused_and_no_controller_hears_of_them(
    post: Post, scripted: Callable[..., Scripted], command: str
) -> None:
    controller = scripted(lambda *_: None)
    for body in BAD_BODIES:
        status, error = await post("runs", run_id(1), command, body=body)
        assert (status, error["type"]) == (400, "UsageError"), body[:40]
        assert len(error["message"]) < 500
    assert controller.got == []


NO_IDS = ["last", "..", "%2e%2e", "0000001-abc", "0000001-abcd%0a", "0000001-ABCD", "<script>", "\u0660000001-abcd"]


@pytest.mark.parametrize("run", [*NO_IDS, "x" * 5000])
async def test_what_is_no_run_id_is_refused(post: Post, foreign: Folders, run: str) -> None:
    status, error = await post("runs", run, "delete")
    assert (status, error["type"]) in ((400, "UsageError"), (404, "NotFound"))
    assert len(error["message"]) < 200


async def test_a_run_that_is_not_there(post: Post, foreign: Folders) -> None:
    for command, body in (("cancel", {}), ("retry", {}), ("rerun", {}), ("rename", {"name": "x"}), ("delete", {})):
        status, error = await post("runs", "0000009-abcd", command, body=body)
        assert (status, error["type"]) == (404, "UnknownRunError")
    assert no_controller(foreign)
