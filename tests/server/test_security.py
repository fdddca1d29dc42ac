"""Nobody comes in who must not: every address of a real server, every method, every wrong key."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import tornado.web
from jupyter_server.auth import Authorizer
from jupyter_server.auth.decorator import allow_unauthenticated, authorized
from jupyter_server.auth.identity import User
from jupyter_server.base.handlers import APIHandler, JupyterHandler
from jupyter_server.utils import url_path_join
from tornado import web

from cellburst.model.events import RunSubmitted, TasksEnded
from cellburst.paths import Folders
from cellburst.server import base, extension
from cellburst.server.service import Service
from cellburst.store.sqlite import SqliteStore
from tests.server.doors import FOREIGN, METHODS, Door, Keys, ask, doors, openings
from tests.unit.store.builders import T0, make_result, make_run, run_id, text

RESOURCE = "cellburst:runs"


class Judge(Authorizer):
    """Says what a test wants, and keeps what it was asked."""

    deny = False
    only: frozenset[str] = frozenset({"read", "write", "execute"})
    asked: list[tuple[str, str]] = []

    def is_authorized(self, handler: Any, user: User, action: str, resource: str) -> bool:
        Judge.asked.append((action, resource))
        return not Judge.deny and action in Judge.only


@pytest.fixture(autouse=True)
def _judge() -> None:
    Judge.deny, Judge.only, Judge.asked = False, frozenset({"read", "write", "execute"}), []


EVERYWHERE = pytest.mark.parametrize("jp_base_url", ["/", "/a%40b/", "/user/ann/"], indirect=True)
STRICT_OR_NOT = pytest.mark.parametrize(
    "lax", [False, True], ids=["strict", "as jupyter_server 2 is by default"], indirect=True
)


@pytest.fixture
def lax(request: pytest.FixtureRequest) -> bool:
    """Whether a handler that nobody has decorated is open to everybody."""
    return bool(getattr(request, "param", False))


@pytest.fixture
def jp_base_url(request: pytest.FixtureRequest) -> str:
    """Below a prefix, as behind JupyterHub."""
    return str(getattr(request, "param", "/user/ann/"))


@pytest.fixture
def jp_server_config(lax: bool) -> dict[str, Any]:
    return {
        "ServerApp": {
            "jpserver_extensions": {"cellburst.server": True},
            "allow_unauthenticated_access": lax,
            "authorizer_class": Judge,
        }
    }


@pytest.fixture
def fetch(http_server_client: Any) -> Callable[..., Any]:
    """As it is: nothing is added."""
    found: Callable[..., Any] = http_server_client.fetch
    return found


@pytest.fixture
def log_in(fetch: Callable[..., Any], jp_auth_header: dict[str, str], jp_base_url: str) -> Callable[[], Any]:
    """What a browser has after it was given the token once."""

    async def done() -> Keys:
        answer = await ask(fetch, url_path_join(jp_base_url, "api/me"), "GET", jp_auth_header)
        given = [cookie.partition(";")[0] for cookie in answer.headers.get_list("Set-Cookie")]
        assert any(cookie.startswith("username-") for cookie in given)
        given = [cookie for cookie in given if not cookie.startswith("_xsrf=")]
        cookie = {"Cookie": "; ".join([*given, "_xsrf=a1b2c3"])}
        return Keys(dict(jp_auth_header), cookie, {"X-XSRFToken": "a1b2c3"}, forbid)

    def forbid(deny: bool) -> None:
        Judge.deny = deny

    return done


def describe(found: list[Any]) -> str:
    return "\n".join(f"{one.method} {one.path}: {one.attempt} is answered with {one.status}" for one in found)


@STRICT_OR_NOT
@EVERYWHERE
async def test_every_door_is_closed(
    jp_web_app: Any, fetch: Callable[..., Any], log_in: Callable[[], Any], service: Service
) -> None:
    found = await openings(jp_web_app, fetch, await log_in())
    assert not found, describe(found)


@EVERYWHERE
async def test_the_doors_are_those_of_the_contract(jp_web_app: Any, service: Service, jp_base_url: str) -> None:
    """So that the search above cannot be closed because it found nothing."""
    paths = {door.path.removeprefix(jp_base_url) for door in doors(jp_web_app)}
    run = "cellburst/api/v1/runs/0000001-abcd"
    task = f"{run}/tasks/0000001-abcd"
    expected = {run, f"{run}/states", f"{run}/tasks", task, f"{task}/outputs", f"{task}/log", f"{run}/timeline"}
    expected |= {f"{run}/{command}" for command in ("cancel", "retry", "rename", "delete")}
    expected |= {f"cellburst/api/v1/{name}" for name in ("status", "runs", "changes", "prune", "openapi.json")}
    assert expected <= paths


@EVERYWHERE
async def test_those_who_may_are_let_in(
    jp_web_app: Any, fetch: Callable[..., Any], log_in: Callable[[], Any], service: Service
) -> None:
    """With the token, and with cookie and XSRF token: the refusals above have no other cause."""
    keys = await log_in()
    for door in doors(jp_web_app):
        for headers in (keys.token, {**keys.cookie, **keys.xsrf}):
            codes = {method: (await ask(fetch, door.path, method, headers)).code for method in ("GET", "POST")}
            assert any(code not in (401, 403, 405) for code in codes.values()), (door.path, codes)


async def test_the_authorizer_is_asked_for_what_is_done(
    jp_web_app: Any, fetch: Callable[..., Any], log_in: Callable[[], Any], service: Service
) -> None:
    keys = await log_in()
    for door in doors(jp_web_app):
        for method in METHODS:
            Judge.asked = []
            answer = await ask(fetch, door.path, method, keys.token)
            if answer.code == 405 or method == "OPTIONS":
                assert Judge.asked == []
                continue
            action = "read" if method == "GET" else "write" if door.path.endswith("/rename") else "execute"
            assert Judge.asked == [(action, RESOURCE)], (method, door.path)


@pytest.mark.parametrize("may", ["read", "write", "execute"])
async def test_who_may_do_one_thing_may_not_do_the_others(
    jp_web_app: Any, fetch: Callable[..., Any], log_in: Callable[[], Any], service: Service, may: str
) -> None:
    keys = await log_in()
    Judge.only = frozenset({may})
    let_in = set()
    for door in doors(jp_web_app):
        for method in ("GET", "POST"):
            if (await ask(fetch, door.path, method, keys.token)).code not in (401, 403, 405):
                let_in.add((method, door.path.rpartition("/")[2]))
    commands = {name for method, name in let_in if method == "POST"} & {"cancel", "retry", "rename", "delete", "prune"}
    assert commands == {"read": set(), "write": {"rename"}, "execute": {"cancel", "retry", "delete", "prune"}}[may]
    assert {method for method, _ in let_in} == ({"GET"} if may == "read" else {"POST"})


@EVERYWHERE
async def test_nothing_is_there_without_the_prefix(
    fetch: Callable[..., Any], log_in: Callable[[], Any], service: Service, jp_base_url: str
) -> None:
    keys = await log_in()
    inside = await ask(fetch, url_path_join(jp_base_url, "cellburst/api/v1/changes"), "GET", keys.token)
    assert inside.code == 200
    if jp_base_url != "/":
        outside = await ask(fetch, "/cellburst/api/v1/changes", "GET", keys.token)
        assert outside.code in (302, 404)
        assert b"sequence" not in outside.body


async def test_a_foreign_page_with_a_stolen_cookie_changes_nothing(
    fetch: Callable[..., Any], log_in: Callable[[], Any], service: Service, jp_base_url: str
) -> None:
    """A form of another site is sent with the browser's cookie, and without a header that only our page can set."""
    keys = await log_in()
    path = url_path_join(jp_base_url, "cellburst/api/v1/prune")
    form = {**keys.cookie, "Origin": FOREIGN["Origin"], "Content-Type": "text/plain"}
    assert (await ask(fetch, path, "POST", form, b"{}")).code in (403, 404)
    assert Judge.asked[1:] == []  # the first was for logging in, if at all


# the search finds what was left open


class Plain(tornado.web.RequestHandler):
    """Knows nothing of Jupyter."""

    def get(self) -> None:
        self.finish("come in")


class Forgotten(APIHandler):
    """Neither decorator."""

    async def post(self) -> None:
        self.finish("{}")


class AllowedByHand(APIHandler):
    """Open to everybody, said so."""

    @allow_unauthenticated
    async def get(self) -> None:
        self.finish("{}")


class NoAuthorizer(APIHandler):
    """Half of it."""

    auth_resource = RESOURCE

    @web.authenticated
    async def get(self) -> None:
        self.finish("{}")


class NoXsrf(APIHandler):
    """Believes every page."""

    auth_resource = RESOURCE

    def check_xsrf_cookie(self) -> None:
        return None

    @web.authenticated
    @authorized
    async def post(self) -> None:
        self.finish("{}")


class AnyOrigin(JupyterHandler):
    """No API handler, so that nobody compares origins when something is read."""

    auth_resource = RESOURCE

    @web.authenticated
    @authorized
    async def get(self) -> None:
        self.finish("{}")


class OtherMethod(APIHandler):
    """A second method beside a guarded one."""

    auth_resource = RESOURCE

    @web.authenticated
    @authorized
    async def get(self) -> None:
        self.finish("{}")

    async def delete(self) -> None:
        self.set_status(404)
        self.finish("{}")


PLANTED = [
    (Plain, "GET", "no token"),
    (Forgotten, "POST", "authorizer says no"),
    (AllowedByHand, "GET", "no token"),
    (NoAuthorizer, "GET", "authorizer says no"),
    (NoXsrf, "POST", "no XSRF"),
    (AnyOrigin, "GET", "foreign origin"),
    (OtherMethod, "DELETE", "authorizer says no"),
]


# jupyter_server warns of some of these itself, which this project's tests take for an error
@pytest.mark.filterwarnings("ignore::jupyter_server.utils.JupyterServerAuthWarning")
class TestPlanted:
    @pytest.fixture(params=PLANTED, ids=lambda one: one[0].__name__)
    def planted(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, str, str]:
        handler, method, attempt = request.param

        def handlers(base_url: str) -> list[tuple[str, Any]]:
            return [(url_path_join(base_url, "/cellburst/api/v1/runs/([^/]+)/planted"), taking_ids(handler))]

        monkeypatch.setattr(extension, "handlers", handlers)
        return handler, method, attempt

    async def test_a_planted_open_door_is_found(
        self,
        planted: tuple[Any, str, str],
        jp_web_app: Any,
        fetch: Callable[..., Any],
        log_in: Callable[[], Any],
        service: Service,
    ) -> None:
        _, method, attempt = planted
        found = await openings(jp_web_app, fetch, await log_in())
        assert (method, attempt) in {(one.method, one.attempt) for one in found}, describe(found)


def taking_ids(handler: Any) -> Any:
    """The same handler, whose methods ignore what is in the path."""
    methods = {}
    for method in ("get", "post", "delete"):
        own = vars(handler).get(method)
        if own is not None:
            methods[method] = ignoring(own)
    return type(handler.__name__, (handler,), methods)


def ignoring(own: Any) -> Any:
    def method(self: Any, *_: str) -> Any:
        return own(self)

    method.__dict__.update(own.__dict__)
    return method


# headers


async def test_every_refusal_is_json_that_no_browser_takes_for_a_page(
    jp_web_app: Any, fetch: Callable[..., Any], log_in: Callable[[], Any], service: Service, jp_base_url: str
) -> None:
    keys = await log_in()
    hostile = Door(url_path_join(jp_base_url, "cellburst/api/v1/runs/%3Cscript%3Ealert(1)%3C%2Fscript%3E"), None)
    nowhere = Door(url_path_join(jp_base_url, "cellburst/api/v1/%3Cscript%3E"), None)
    for door in (*doors(jp_web_app), hostile, nowhere):
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
            for headers in ({}, keys.token):
                answer = await ask(fetch, door.path, method, headers)
                if answer.code < 400:
                    continue
                assert answer.headers["Content-Type"].startswith("application/json"), (door.path, method)
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
                error = json.loads(answer.body)["error"]
                assert {"type", "message"} <= set(error) <= {"type", "message", "hint"}
                assert b"Traceback" not in answer.body


HOSTILE = "<script>alert(1)</script>\x1b]8;;javascript:alert(1)\x07click\x1b]8;;\x07"


@pytest.mark.parametrize("asked", [{}, {"Range": "bytes=0-7"}, {"Range": "bytes=-4"}, {"Range": "bytes=9999999-"}])
async def test_what_users_code_has_printed_is_never_a_page(
    fetch: Callable[..., Any],
    log_in: Callable[[], Any],
    service: Service,
    folders: Folders,
    jp_base_url: str,
    asked: dict[str, str],
) -> None:
    with SqliteStore(folders.store, folders.outputs, None) as store:
        result = make_result(0, outputs=(text(HOSTILE),))
        store.commit([RunSubmitted(make_run(1)), TasksEnded(run_id(1), (result,), T0)])
    keys = await log_in()
    path = url_path_join(jp_base_url, f"cellburst/api/v1/runs/{run_id(1)}/tasks/0/log")
    first = await ask(fetch, path, "GET", {**keys.token, **asked})
    again = await ask(fetch, path, "GET", {**keys.token, **asked, "If-None-Match": first.headers["ETag"]})
    assert [first.code, again.code] == [416 if "9999999" in str(asked) else 206 if asked else 200, 304]
    assert first.code == 416 or first.body in HOSTILE.encode()
    for answer in (first, again):
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("sandbox;")
        assert "default-src 'none'" in policy
        assert "allow-" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert "html" not in answer.headers.get("Content-Type", "")


def test_there_is_one_way_to_make_a_handler() -> None:
    """Everything that is served comes from the table, whose handlers get their guards in one place."""
    made = base.handlers("/")
    assert all(issubclass(handler, base.JsonHandler) for _, handler in made)
    for _, handler in made:
        for method in ("get", "post", "put", "patch", "delete", "head"):
            own = vars(handler).get(method)
            assert own is None or getattr(own, "__wrapped__", None) is not None
