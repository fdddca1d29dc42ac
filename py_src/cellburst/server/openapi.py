"""The OpenAPI document: the table of routes with the JSON Schema of its structs."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct

from cellburst._version import __version__
from cellburst.server.routes import API, ROUTES, Route
from cellburst.server.schemas import interface as s
from cellburst.server.schemas.changes import RunsChanged
from cellburst.server.service import Service

_REF = "#/components/schemas/{name}"
_IDS: dict[str, dict[str, Any]] = {
    "run": {"type": "string", "pattern": "^[0-9a-z]{7}-[0-9a-z]{4}$"},
    "index": {"type": "integer", "minimum": 0},
    "path": {"type": "string"},
}


_FORMATS = {"application/octet-stream": {"format": "binary"}}


def openapi(service: Service) -> s.OpenApi:
    """The document of this server."""
    return document()


@cache
def document() -> s.OpenApi:
    """The document; the same wherever it is made."""
    kinds = [kind for route in ROUTES for kind in (route.answer, route.query, route.body) if kind is not None]
    _, components = msgspec.json.schema_components(
        dict.fromkeys([*kinds, s.ErrorAnswer, RunsChanged]), ref_template=_REF
    )
    paths: dict[str, Any] = {}
    for route in ROUTES:
        paths.setdefault(API + route.path, {})[route.method.lower()] = _operation(route, components)
    schemas = _of_answers(components)
    return s.OpenApi(
        openapi="3.1.0",
        info={"title": "cellburst", "version": __version__, "description": "Runs, tasks and what became of them."},
        paths=paths,
        components={"schemas": schemas},
    )


def text() -> str:
    """The document as the page's build has it (``labextension/src/api/openapi.json``)."""
    found = msgspec.to_builtins(document())
    return json.dumps(found, indent=2, sort_keys=True) + "\n"


def _of_answers(components: dict[str, Any]) -> dict[str, Any]:
    """Without queries, which are parameters; an answer always has all of its fields, whatever their defaults."""
    queries = {route.query.__name__ for route in ROUTES if route.query is not None}
    bodies = {route.body.__name__ for route in ROUTES if route.body is not None}
    found = {name: dict(schema) for name, schema in components.items() if name not in queries}
    for schema in found.values():
        if "description" in schema:  # docstrings lose their indent on Python 3.13 by themselves
            schema["description"] = inspect.cleandoc(schema["description"])
    for name in found.keys() - bodies:
        if "properties" in found[name]:
            found[name] = {**found[name], "required": [*found[name]["properties"]]}
    return found


def _operation(route: Route, components: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.does,
        "x-permission": route.action,
        "parameters": [*_path_parameters(route.path), *_query_parameters(route.query, components)],
        "responses": _responses(route),
    }
    if route.body is not None:
        found["requestBody"] = {"content": _json(route.body)}
    return found


def _path_parameters(path: str) -> Iterable[dict[str, Any]]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    return ({"name": name, "in": "path", "required": True, "schema": _IDS[name]} for name in names)


def _query_parameters(kind: type[Struct] | None, components: dict[str, Any]) -> Iterable[dict[str, Any]]:
    if kind is None:
        return ()
    properties = components[kind.__name__]["properties"]
    return (
        {"name": name, "in": "query", "required": False, "explode": False, "schema": schema}
        for name, schema in properties.items()
    )


def _responses(route: Route) -> dict[str, Any]:
    error = {"description": "What went wrong", "content": _json(s.ErrorAnswer)}
    if route.answer is None:
        content = {route.media: {"schema": {"type": "string", **_FORMATS.get(route.media, {})}}}
        return {
            "200": {"description": "All of it", "content": content},
            "206": {"description": "The range that was asked for", "content": content},
            "304": {"description": "The client has it"},
            "default": error,
        }
    found = {"200": {"description": route.does, "content": _json(route.answer)}, "default": error}
    return {**found, "304": {"description": "The client has it"}} if route.tagged else found


def _json(kind: type[Struct]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REF.format(name=kind.__name__)}}}


if __name__ == "__main__":
    print(text(), end="")
