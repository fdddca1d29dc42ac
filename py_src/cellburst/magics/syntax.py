"""The options of %%remote and the sub-commands of %remote: one table for reading them and for their help."""

from __future__ import annotations

from cellburst.magics import values
from cellburst.magics.grammar import Argument, Command, Option

CELL = Command(
    "%%remote",
    "Run the cell on a target, with what it reads, and bring back what it leaves.",
    arguments=(Argument("target", "[TARGET]", values.text, default="local"),),
    options=(
        Option(
            "--parallel",
            "how many tasks run at once; without -p and --over: how many copies run",
            values.whole_number(1),
            "N",
        ),
        Option("-p", "a parameter and its values; several make a grid", values.binding, "NAME=VALUES", many=True),
        Option(
            "--over",
            "one task for each row: a list of dicts, a dict of columns, a DataFrame",
            values.table,
            "EXPR",
        ),
        Option("--into", "also bind the value of the cell to this variable", values.name, "NAME"),
        Option("--out", "with a sweep: variables to return beside each value", values.names, "a,b", many=True),
        Option("--detach", "do not wait; %remote attach collects later"),
        Option(
            "--retries",
            "try a task again after an exception of its own; lost workers have their own count",
            values.whole_number(0),
            "N",
        ),
        Option("--timeout", "end a task after this long: 90, 1.5, 90s, 10m, 2h", values.duration, "T"),
        Option("--seed", "the seed that the tasks' own seeds come from", values.whole_number(0), "S"),
        Option("--name", "what to call the run in lists", values.text, "TEXT"),
        Option(
            "--on-interrupt",
            "what the stop button does while waiting: cancel (default) or detach",
            values.choice("cancel", "detach"),
            "cancel|detach",
        ),
        Option("--at-most-once", "never run a task again after its worker was lost; it ends as unknown"),
        Option("--dry-run", "show what would travel, and start nothing"),
        Option("--quiet", "no live display and no summary"),
    ),
)

_RUN = Argument("run", "[RUN]", values.text, default="last")
_THIS_RUN = Argument("run", "RUN", values.text, required=True)
_INTO = Option("--into", "bind the value to this variable", values.name, "NAME")

COMMANDS: dict[str, Command] = {
    "runs": Command(
        "%remote runs",
        "list the newest runs (20, or N)",
        (Argument("limit", "[N]", values.whole_number(1), default=20),),
    ),
    "show": Command(
        "%remote show",
        "show a run and its tasks, or what travelled with it",
        (_RUN,),
        (Option("--inputs", "the names that travelled, with type, size and how"),),
    ),
    "wait": Command("%remote wait", "wait for a run, with its live display", (_RUN,)),
    "attach": Command("%remote attach", "wait for a run and collect it as its own cell would have", (_RUN,), (_INTO,)),
    "logs": Command(
        "%remote logs",
        "show what a run printed, or one of its tasks",
        (_RUN, Argument("task", "[TASK]", values.whole_number(0))),
        (Option("--follow", "go on until it ends"),),
    ),
    "cancel": Command(
        "%remote cancel",
        "cancel a run, or some of its tasks; what is finished is kept",
        (_THIS_RUN, Argument("tasks", "[TASK...]", values.whole_number(0), default=(), many=True)),
    ),
    "retry": Command(
        "%remote retry",
        "run again what has no result",
        (_RUN,),
        (Option("--failed", "only what failed, not what was cancelled"),),
    ),
    "rerun": Command("%remote rerun", "run all of it once more, with the same inputs and seed", (_RUN,)),
    "explain": Command("%remote explain", "say why tasks wait", (_RUN,)),
    "delete": Command("%remote delete", "delete an ended run with its results and output", (_THIS_RUN,)),
    "targets": Command("%remote targets", "list where cells can run"),
}
