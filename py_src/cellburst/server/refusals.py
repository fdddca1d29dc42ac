"""Exceptions as answers: one JSON shape, and the HTTP status of each kind."""

from __future__ import annotations

import http

from cellburst import errors
from cellburst.server.schemas.interface import ErrorAnswer, ErrorBody

_STATUS: tuple[tuple[type[errors.CellburstError], int], ...] = (
    (errors.UnknownRunError, 404),
    (errors.UsageError, 400),
    (errors.DiskFullError, 507),
    (errors.StoreError, 503),
    (errors.ControllerError, 503),
    (errors.PayloadError, 409),
    (errors.RunError, 409),
)
"""The first that an error is an instance of says its status; what is not here is 500."""
_NAMES = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    416: "RangeNotSatisfiable",
}
UNEXPECTED = "something unexpected happened in the server extension of cellburst; the Jupyter server's log has it"


def body_of(error: errors.CellburstError, hint: str = "") -> ErrorBody:
    """One of our errors, for an answer."""
    return ErrorBody(type(error).__name__, str(error), hint)


def refusal(error: errors.CellburstError) -> tuple[int, ErrorAnswer]:
    """The HTTP status and the answer for one of our errors."""
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    return status, ErrorAnswer(body_of(error))


def plain_refusal(status: int, message: str = "") -> ErrorAnswer:
    """The answer for what the server itself refuses, such as a request without a token."""
    try:
        phrase = http.HTTPStatus(status).phrase
    except ValueError:
        phrase = "Error"
    return ErrorAnswer(ErrorBody(_NAMES.get(status, phrase.replace(" ", "")), message or phrase))
