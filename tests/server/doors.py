"""Trying every address of a running Jupyter server that is ours, as somebody who must not get in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from jupyter_server.base.handlers import APIHandler
from tornado.httpclient import HTTPResponse
from tornado.routing import PathMatches, Rule, RuleRouter

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SAFE = {"GET", "HEAD", "OPTIONS"}
NONSENSE = b'{"nonsense": true}'  # whoever is let in is told that this is no question
FOREIGN = {"Origin": "https://elsewhere.example", "Referer": "https://elsewhere.example/page"}
SAMPLES = ("0000001-abcd", "0", "x", "openapi", "a/b", "")
_GROUP = re.compile(r"\((?:\?P<\w+>|\?:)?([^()]*)\)([?*+]?)")

Fetch = Callable[..., Any]


class Door(NamedTuple):
    """An address, and who answers there."""

    path: str
    handler: Any


class Opening(NamedTuple):
    """A way in that should not be."""

    path: str
    method: str
    attempt: str
    status: int


class Keys(NamedTuple):
    """What lets in: headers of one who has the token, and of a browser that has logged in."""

    token: Mapping[str, str]
    cookie: Mapping[str, str]
    xsrf: Mapping[str, str]
    forbid: Callable[[bool], None]


def doors(web_app: Any) -> list[Door]:
    """Every address of ours among the rules by which tornado really routes."""
    return [
        Door(sample(rule.matcher), rule.target)
        for rule in rules(web_app.default_router)
        if is_ours(rule) and isinstance(rule.matcher, PathMatches)
    ]


def rules(router: RuleRouter) -> Iterator[Rule]:
    """All rules, those of routers below other rules included."""
    for rule in router.rules:
        if isinstance(rule.target, RuleRouter):
            yield from rules(rule.target)
        else:
            yield rule


def is_ours(rule: Rule) -> bool:
    """Whether we answer there, or it is below our path whoever answers."""
    expression = rule.matcher.regex.pattern if isinstance(rule.matcher, PathMatches) else ""
    module = getattr(rule.target, "__module__", "") or ""
    return module.partition(".")[0] == "cellburst" or "/cellburst" in expression


def sample(matcher: PathMatches) -> str:
    """A path that this rule takes. Fails for one that nothing is found for: then nobody would have tried it."""
    expression = matcher.regex.pattern
    for text in SAMPLES:
        path = expression.removesuffix("$").removeprefix("^")
        while (found := _GROUP.search(path)) is not None:
            filling = text if re.fullmatch(found[1] + found[2], text) else fitting(found[1] + found[2])
            path = path[: found.start()] + filling + path[found.end() :]
        path = re.sub(r"\\(.)", r"\1", path.replace(".*", text))
        if matcher.regex.fullmatch(path):
            return path
    raise AssertionError(f"no path is known that {expression!r} takes: teach `sample` one")


def fitting(expression: str) -> str:
    return next((text for text in SAMPLES if re.fullmatch(expression, text)), "")


async def openings(web_app: Any, fetch: Fetch, keys: Keys) -> list[Opening]:
    """Every way in that is open to one who must not come in."""
    found = []
    for door in doors(web_app):
        for method in METHODS:
            keys.forbid(False)
            allowed = await ask(fetch, door.path, method, keys.token)
            for attempt, headers in attempts(method, keys).items():
                keys.forbid(attempt == "authorizer says no")
                answer = await ask(fetch, door.path, method, headers)
                if not refused(door, method, attempt, answer, allowed):
                    found.append(Opening(door.path, method, attempt, answer.code))
    keys.forbid(False)
    return found


def attempts(method: str, keys: Keys) -> dict[str, Mapping[str, str]]:
    """Headers of those who must not come in."""
    tried: dict[str, Mapping[str, str]] = {
        "no token": {},
        "wrong token": {"Authorization": "token 0123456789abcdef"},
        "empty token": {"Authorization": "token "},
        "wrong cookie": {"Cookie": re.sub(r'="?2\|', '="2|9', keys.cookie["Cookie"]), **keys.xsrf},
        "foreign origin": {**keys.cookie, **keys.xsrf, **FOREIGN},
        "null origin": {**keys.cookie, **keys.xsrf, "Origin": "null"},
        "authorizer says no": keys.token,
    }
    if method not in SAFE:
        tried["no XSRF"] = keys.cookie
        tried["wrong XSRF"] = {**keys.cookie, "X-XSRFToken": "other"}
    return tried


def refused(door: Door, method: str, attempt: str, answer: HTTPResponse, allowed: HTTPResponse) -> bool:
    """Whether this is a refusal, and not merely what everybody is told there."""
    if method == "OPTIONS" and getattr(door.handler, "options", None) is APIHandler.options:
        # a browser's question, answered by Jupyter itself; to a foreign page only one who has the token is shown
        shown = answer.headers.get("Access-Control-Allow-Origin", "")
        return not answer.body and (not shown or attempt == "authorizer says no")
    if answer.code in (401, 403, 405):
        return True
    told = (answer.code, answer.body)
    return answer.code == 404 and told != (allowed.code, allowed.body)


async def ask(fetch: Fetch, path: str, method: str, headers: Mapping[str, str], body: bytes = NONSENSE) -> HTTPResponse:
    """One request, as it is: no header is added, no redirect followed."""
    content = body if method in ("POST", "PUT", "PATCH") else None
    answer: HTTPResponse = await fetch(
        path,
        method=method,
        headers=dict(headers),
        body=content,
        raise_error=False,
        follow_redirects=False,
        allow_nonstandard_methods=True,
    )
    return answer
