"""Handlers made from the table of routes: who may, what was asked, the work in a thread, the answer as JSON."""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from importlib import import_module
from itertools import groupby
from typing import Any, ClassVar
from urllib.parse import quote

import msgspec
from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from msgspec import Struct
from tornado import web
from tornado.iostream import StreamClosedError

from cellburst.errors import CellburstError
from cellburst.server import asking, refusals
from cellburst.server.ranges import wanted
from cellburst.server.replies import Download, Tagged
from cellburst.server.routes import API, ROUTES, Action, Route
from cellburst.server.service import SETTING, Service

RESOURCE = "cellburst:runs"
"""What the server's authorizer is asked about."""
SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"
"""The policy of what users' code has made: even opened in a tab it may do nothing."""
_CHUNK = 1 << 18  # bytes of a download that are in memory at once
Method = Callable[..., Awaitable[None]]


class JsonHandler(APIHandler):
    """Speaks JSON, also when it refuses. Its methods are made by ``handlers``."""

    auth_resource = RESOURCE
    routes: ClassVar[dict[str, Route]] = {}

    @property
    def service(self) -> Service:
        """What operations work with."""
        service: Service = self.settings[SETTING]
        return service

    async def serve(self, route: Route, path: dict[str, str]) -> None:
        """Carry out one operation and answer."""
        try:
            given = self._given(route, path)
            reply = await self._done(route, given)
        except CellburstError as error:
            status, answer = refusals.refusal(error)
            self.set_status(status)
            self.send(answer)
            return
        if isinstance(reply, Download):
            await self._send_download(reply)
        elif isinstance(reply, Tagged):
            self._send_tagged(reply)
        else:
            self.send(reply)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """What the server itself refuses, and what went wrong inside it, which is no business of a page."""
        error = (kwargs.get("exc_info") or (None, None))[1]
        message = refusals.UNEXPECTED
        if isinstance(error, web.HTTPError):
            message = error.reason or error.log_message or ""
        self.send(refusals.plain_refusal(status_code, message))

    def _given(self, route: Route, path: dict[str, str]) -> dict[str, Any]:
        given = asking.ids(path)
        if route.query is not None:
            given["query"] = asking.query(route.query, self.request.query_arguments)
        if route.body is not None:
            given["body"] = asking.body(route.body, self.request.body)
        if route.tagged:
            given["seen"] = self._etags_seen()
        return given

    async def _done(self, route: Route, given: dict[str, Any]) -> Any:
        act = _function(route)
        if inspect.iscoroutinefunction(act):
            return await act(self.service, **given)
        return await asyncio.get_running_loop().run_in_executor(
            self.service.threads, partial(act, self.service, **given)
        )

    def _etags_seen(self) -> frozenset[str]:
        parts = self.request.headers.get("If-None-Match", "").split(",")
        return frozenset(part.strip().removeprefix("W/").strip('"') for part in parts)

    def send(self, answer: Struct) -> None:
        """Answer with JSON."""
        self.finish(msgspec.json.encode(answer, enc_hook=_stand_in))

    def _send_tagged(self, reply: Tagged) -> None:
        self.set_header("ETag", f'"{reply.etag}"')
        self.set_header("Cache-Control", "no-cache")
        if reply.answer is None:
            self.set_status(304)
            self.finish()
        else:
            self.send(reply.answer)

    async def _send_download(self, reply: Download) -> None:
        try:
            await self._send_span(reply)
        except StreamClosedError:  # whoever asked has gone
            pass
        finally:
            reply.close()

    async def _send_span(self, reply: Download) -> None:
        self.set_header("Content-Security-Policy", SANDBOX)
        self.set_header("Content-Disposition", disposition(reply.name))
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Accept-Ranges", "bytes")
        self.set_header("ETag", f'"{reply.etag}"')
        self.set_header("Cache-Control", "no-cache")
        headers, size = self.request.headers, reply.size
        if reply.etag in self._etags_seen():
            self.set_status(304)
            self.finish()
            return
        condition = headers.get("If-Range", "").strip('"')
        asked = headers.get("Range", "") if condition in ("", reply.etag) else ""
        span = wanted(asked, size)
        if span is None:
            self.set_header("Content-Range", f"bytes */{size}")
            self.set_status(416)
            self.send(refusals.plain_refusal(416, f"there are {size} bytes"))
            return
        if span.asked:
            self.set_status(206)
            self.set_header("Content-Range", f"bytes {span.start}-{span.stop - 1}/{size}")
        self.set_header("Content-Type", reply.kind)
        self.set_header("Content-Length", span.stop - span.start)
        for start in range(span.start, span.stop, _CHUNK):
            piece = partial(reply.read, start, min(span.stop, start + _CHUNK))
            self.write(await asyncio.get_running_loop().run_in_executor(self.service.threads, piece))
            await self.flush()
        self.finish(set_content_type=reply.kind)


def handlers(base_url: str, routes: Iterable[Route] = ROUTES) -> list[tuple[str, type[JsonHandler]]]:
    """A handler for each path of the table, and one for every other address below ours."""
    found: list[tuple[str, type[JsonHandler]]] = []
    for path, of_path in groupby(sorted(routes, key=lambda route: route.path), key=lambda route: route.path):
        by_method = {route.method: route for route in of_path}
        methods = {route.method.lower(): guarded(route.action, _serving(route)) for route in by_method.values()}
        name = "".join(part.strip("{}").capitalize() for part in path.replace(".", "/").split("/")) + "Handler"
        made: type[JsonHandler] = type(name, (JsonHandler,), {"__doc__": path, "routes": by_method, **methods})
        found.append((url_path_join(base_url, API, pattern(path)), made))
    return [*found, (url_path_join(base_url, "/cellburst/api/.*"), NowhereHandler)]


def disposition(name: str) -> str:
    """The header that says under which name to save, for browsers that know UTF-8 there and for others."""
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)
    return f'attachment; filename="{plain}"' + ("" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}")


def pattern(path: str) -> str:
    """The address of a route as an expression; what an id may look like is judged later, with a sentence."""
    parts = path.replace(".", r"\.").split("/")
    return "/".join(_group(part[1:-1]) if part.startswith("{") else part for part in parts)


def _group(name: str) -> str:
    return f"(?P<{name}>.+)" if name == "path" else f"(?P<{name}>[^/]+)"


def guarded(action: Action, method: Method) -> Method:
    """A method for those who are logged in and whom the server's authorizer allows ``action``; no other is made."""
    allowed: Any = authorized(action=action)
    known: Method = web.authenticated(allowed(method))  # type: ignore[assignment]
    return known


def _serving(route: Route) -> Method:
    async def method(self: JsonHandler, **path: str) -> None:
        await self.serve(route, path)

    method.__doc__ = route.does
    return method


async def _refuse(self: JsonHandler) -> None:
    """Nothing is here."""
    self.set_status(404)
    self.send(refusals.plain_refusal(404, "there is nothing at this address"))


class NowhereHandler(JsonHandler):
    """Below our path, and nothing of ours: said in the same shape as everything else."""

    get = guarded("read", _refuse)
    post = guarded("execute", _refuse)


def _function(route: Route) -> Callable[..., Any]:
    module, _, name = route.act.partition(":")
    found: Callable[..., Any] = getattr(import_module(f"cellburst.server.{module}"), name)
    return found


def _stand_in(value: Any) -> str:
    """For what JSON has not, such as a MessagePack extension in a damaged record."""
    return f"<{type(value).__name__}>"
