"""The interface as a whole: its table, its document, its refusals, and what it does not load."""

from __future__ import annotations

import asyncio
import json
import pickle
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jupyter_server.utils import url_path_join

from cellburst.errors import CellburstError, DiskFullError, StoreBusyError, UnknownRunError, UsageError
from cellburst.model.blob import Packed
from cellburst.model.events import RunSubmitted, TasksEnded, TasksRetried
from cellburst.model.outcome import ErrorInfo, FileEntry
from cellburst.model.payload import Payload
from cellburst.paths import Folders
from cellburst.payload.blobs import BlobFolder
from cellburst.server import asking, openapi, refusals
from cellburst.server.base import _function, pattern
from cellburst.server.routes import API, ROUTES
from cellburst.server.schemas.commands import RetryBody
from cellburst.server.schemas.interface import RunStateName
from cellburst.server.schemas.runs import RunRow
from cellburst.server.service import Service
from tests.server.library import RUN, get, keep, refused, some_run
from tests.unit.store.builders import T0, make_failure, make_result, make_run

PACKAGE = Path(openapi.__file__).parent


@pytest.fixture(params=["/", "/user/ann/", "/a%40b/deep/"])
def jp_base_url(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_every_reading_route_answers_as_the_table_says(
    jp_fetch: Any, service: Service, folders: Folders, jp_base_url: str
) -> None:
    """Under every base URL, and with nobody let in without a token."""
    keep(folders, *some_run()[1], *_with_a_file(folders))
    reading = [route for route in ROUTES if route.method == "GET"]
    assert len(reading) == 17
    for route in reading:
        path = (API + route.path).format(run=RUN, index=1, path="kept")
        answer = await jp_fetch(*path.strip("/").split("/"))
        assert answer.effective_url.partition("?")[0].endswith(url_path_join(jp_base_url, path))
        if route.answer is None:
            continue
        told = msgspec.json.decode(answer.body, type=route.answer, strict=True)
        assert msgspec.to_builtins(told) == json.loads(answer.body)


def _with_a_file(folders: Folders) -> tuple[TasksRetried, TasksEnded]:
    """The failed task once more, now with a file."""
    left = (FileEntry("kept", BlobFolder(folders.blobs).put(b"kept")),)
    return TasksRetried(RUN, (1,), T0 + 4), TasksEnded(RUN, (make_failure(1, 2, files=left),), T0 + 5)


async def test_without_a_token_nothing_is_told(
    http_server_client: Any, jp_base_url: str, service: Service, folders: Folders
) -> None:
    keep(folders, *some_run()[1])
    for route in ROUTES:
        path = url_path_join(jp_base_url, (API + route.path).format(run=RUN, index=1, path="kept"))
        body = b"{}" if route.method == "POST" else None
        answer = await http_server_client.fetch(path, method=route.method, body=body, raise_error=False)
        assert answer.code == 403
        assert json.loads(answer.body)["error"]["type"] == "Forbidden"


async def test_the_document_is_served_and_names_every_route(jp_fetch: Any, service: Service) -> None:
    told = await get(jp_fetch, "openapi.json")
    assert told == json.loads(msgspec.json.encode(openapi.document()))
    operations = {
        (method, path): operation for path, methods in told["paths"].items() for method, operation in methods.items()
    }
    assert operations.keys() == {(route.method.lower(), API + route.path) for route in ROUTES}
    for route in ROUTES:
        operation = operations[route.method.lower(), API + route.path]
        assert operation["x-permission"] == route.action
        assert ("requestBody" in operation) == (route.body is not None)
        named = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "query"}
        fields = () if route.query is None else route.query.__struct_fields__
        assert named == set(fields)
    assert len({operation["operationId"] for operation in operations.values()}) == len(ROUTES)


def test_every_reference_of_the_document_leads_somewhere() -> None:
    document = msgspec.to_builtins(openapi.document())
    text = json.dumps(document)
    there = document["components"]["schemas"]
    referred = {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert referred | {"RunsChanged"} == there.keys()  # that one is the body of an event
    assert "RunRow" in there
    assert set(there["RunRow"]["required"]) == set(RunRow.__struct_fields__)  # an answer has them all
    assert there["CancelBody"]["required"] == []
    assert there["RunRow"]["properties"]["state"]["enum"] == sorted(RunStateName.__args__)


def test_every_route_has_its_function_and_its_ids_are_checked() -> None:
    for route in ROUTES:
        assert callable(_function(route))
        names = {part[1:-1] for part in route.path.split("/") if part.startswith("{")}
        assert names <= asking.IDS.keys()
        assert route.action == "read" or route.method == "POST"
    assert pattern("/runs/{run}/openapi.json") == r"/runs/(?P<run>[^/]+)/openapi\.json"


async def test_a_slow_disk_does_not_hold_up_the_server(
    jp_fetch: Any, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, go_on = threading.Event(), threading.Event()

    def slow(read: Any) -> Any:
        reading.set()
        assert go_on.wait(20)
        return [], []

    monkeypatch.setattr(service.stores, "each", slow)
    runs = asyncio.ensure_future(get(jp_fetch, "runs"))
    await asyncio.get_running_loop().run_in_executor(None, reading.wait, 10)
    assert (await get(jp_fetch, "openapi.json"))["openapi"] == "3.1.0"
    assert (await jp_fetch("api", "status")).code == 200
    assert not runs.done()
    go_on.set()
    assert (await runs)["runs"] == []


async def test_what_goes_wrong_inside_is_no_business_of_the_page(
    jp_fetch: Any, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(read: Any) -> Any:
        raise ZeroDivisionError("the password is hunter2")

    monkeypatch.setattr(service.stores, "each", broken)
    code, error = await refused(jp_fetch, "runs")
    assert (code, error["type"]) == (500, "InternalServerError")
    assert "hunter2" not in str(error)
    assert "log" in error["message"]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UsageError("x"), 400),
        (UnknownRunError("x"), 404),
        (StoreBusyError("x"), 503),
        (DiskFullError("x"), 507),
        (CellburstError("x"), 500),
    ],
)
def test_every_error_of_ours_has_a_status_and_the_one_shape(error: CellburstError, status: int) -> None:
    found, answer = refusals.refusal(error)
    assert found == status
    assert msgspec.to_builtins(answer) == {"error": {"type": type(error).__name__, "message": "x", "hint": ""}}


@pytest.mark.parametrize("data", [b"[]", b"{", b'{"which": "all"}', b'{"which": 1}', b"\xff", b"[" * 100_000])
def test_a_body_that_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(UsageError):
        asking.body(RetryBody, data)


def test_the_server_loads_nothing_that_opens_pickles_or_runs_cells() -> None:
    names = [f"cellburst.server.{path.stem}" for path in PACKAGE.glob("*.py") if path.stem != "__init__"]
    assert len(names) > 20
    code = (
        "import importlib, sys\n"
        "for name in sys.argv[1:]: importlib.import_module(name)\n"
        "from cellburst import wiring\n"
        "import cellburst.store.browsing, cellburst.store.sqlite\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, *names], capture_output=True, text=True, timeout=50, check=True)
    loaded = set(done.stdout.split())
    ours = {".".join(name.split(".")[:2]) for name in loaded if name.startswith("cellburst.")}
    assert ours & {"cellburst.cells", "cellburst.worker", "cellburst.magics", "cellburst.display"} == set()
    states = {name for name in loaded if name.startswith("cellburst.library_state.")}
    assert states <= {"cellburst.library_state.environment"}  # the variables that a controller is started with
    tops = {name.partition(".")[0] for name in loaded}
    assert tops & {"cloudpickle", "dill", "joblib", "IPython", "ipykernel", "numpy", "pandas"} == set()
    assert "cellburst.payload.pickling" not in loaded


class _Bomb:
    """Unpickled, it leaves a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self._path,)


async def test_no_answer_opens_a_pickle(jp_fetch: Any, service: Service, folders: Folders, tmp_path: Path) -> None:
    went_off = tmp_path / "went-off"
    packed = Packed(pickle.dumps(_Bomb(went_off)))
    payload = Payload("cell", packed, sweep=packed, states=packed)
    error = ErrorInfo("ValueError", "no", exception=packed)
    left = (FileEntry("kept", BlobFolder(folders.blobs).put(b"kept")),)
    results = (make_result(0, value=packed, files=left), make_failure(1, error=error, files=left))
    keep(folders, RunSubmitted(make_run(1, payload=payload)), TasksEnded(RUN, results, T0))
    for route in ROUTES:
        if route.method == "GET":
            for index in (0, 1):
                path = (API + route.path).format(run=RUN, index=index, path="kept")
                assert (await jp_fetch(*path.strip("/").split("/"))).code == 200
    assert not went_off.exists()
    pickle.loads(packed.body)
    assert went_off.exists()  # it would have
