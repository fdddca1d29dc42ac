"""The one table of the REST interface: path, method, permission, question and answer of every operation.

The handlers are made from it, the OpenAPI document describes it, and the security test tries each line of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from msgspec import Struct

from cellburst.server.schemas import commands as c
from cellburst.server.schemas import runs as s
from cellburst.server.schemas import tasks as t
from cellburst.server.schemas.changes import ChangesAnswer, ChangesQuery
from cellburst.server.schemas.estimates import EstimatesAnswer
from cellburst.server.schemas.interface import OpenApi
from cellburst.server.schemas.machines import MachinesAnswer
from cellburst.server.schemas.status import StatusAnswer
from cellburst.server.schemas.timeline import TimelineAnswer, TimelineQuery

API = "/cellburst/api/v1"
"""Where the interface is, below the server's base URL."""

Action = Literal["read", "write", "execute"]


@dataclass(frozen=True)
class Route:
    """One operation.

    ``path`` is below ``API``; a name in braces is an id of ``asking.IDS``. ``action`` is what the server's authorizer
    is asked for. ``act`` names the function that does it, ``module:function`` below ``cellburst.server``: it gets the
    service, the ids by their names, and ``query`` or ``body``. Without ``answer`` it gives a ``Download`` of ``media``.
    A ``tagged`` one also gets ``seen``, the ETags that the client has, and gives a ``Tagged``.
    """

    method: Literal["GET", "POST"]
    path: str
    action: Action
    act: str
    does: str
    answer: type[Struct] | None
    query: type[Struct] | None = None
    body: type[Struct] | None = None
    tagged: bool = False
    media: str = "text/plain"

    @property
    def name(self) -> str:
        """The operation's name: that of its function."""
        return self.act.partition(":")[2]


def _get(path: str, act: str, does: str, answer: type[Struct] | None, query: type[Struct] | None = None) -> Route:
    return Route("GET", path, "read", act, does, answer, query)


def _post(path: str, action: Action, act: str, does: str, body: type[Struct]) -> Route:
    return Route("POST", path, action, act, does, c.CommandAnswer, body=body)


BYTES = "application/octet-stream"
RUN = "/runs/{run}"
TASK = "/runs/{run}/tasks/{index}"

ROUTES: tuple[Route, ...] = (
    _get("/status", "status:status", "Stores, controllers and how much is going on", StatusAnswer),
    _get("/runs", "runs:list_runs", "Runs of every store, newest first", s.RunsAnswer, s.RunsQuery),
    _get(RUN, "runs:show_run", "One run, with what was submitted", s.RunDetail),
    Route("GET", RUN + "/states", "read", "states:states", "The state of every task", s.StatesAnswer, tagged=True),
    _get(RUN + "/tasks", "tasks:list_tasks", "Tasks: a page, sorted and filtered", t.TasksAnswer, t.TasksQuery),
    _get(TASK, "tasks:show_task", "One task, with its traceback and attempts", t.TaskDetail),
    _get(TASK + "/outputs", "outputs:outputs", "What a task printed and displayed", t.OutputsAnswer, t.OutputsQuery),
    _get(TASK + "/usage", "usage:usage", "What a task used of its machine", t.UsageAnswer),
    _get(TASK + "/reports", "reports:reports", "What a task reported on its way", t.ReportsAnswer),
    _get(TASK + "/log", "log:log", "What a task printed as text, to download or in ranges", None),
    Route("GET", TASK + "/files/{path}", "read", "files:file", "A file that a task left", None, media=BYTES),
    _get(RUN + "/reports", "reports:curves", "What many tasks report, as curves", t.CurvesAnswer, t.CurvesQuery),
    _get(RUN + "/estimates", "estimates:estimates", "What copies say together, so far", EstimatesAnswer),
    _get(RUN + "/machines", "machines:machines", "The machines of a run, and what they cost", MachinesAnswer),
    _get(RUN + "/timeline", "timeline:timeline", "What happened to a run", TimelineAnswer, TimelineQuery),
    _get("/changes", "changes:changes", "Runs that have changed since", ChangesAnswer, ChangesQuery),
    _post(RUN + "/cancel", "execute", "commands:cancel", "Cancel a run, or some of its tasks", c.CancelBody),
    _post(RUN + "/retry", "execute", "commands:retry", "Run tasks again", c.RetryBody),
    _post(RUN + "/rerun", "execute", "commands:rerun", "Run all of it once more, as a new run", c.RerunBody),
    _post(RUN + "/rename", "write", "commands:rename", "Give a run another name", c.RenameBody),
    _post(RUN + "/delete", "execute", "commands:delete", "Delete an ended run", c.Nothing),
    _post("/prune", "execute", "commands:prune", "Delete what the retention policy no longer keeps", c.Nothing),
    _get("/openapi.json", "openapi:openapi", "This interface, as an OpenAPI document", OpenApi),
)
