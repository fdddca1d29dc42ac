"""The options of %%remote and the sub-commands of %remote: one table for reading them and for their help."""

from __future__ import annotations

from cellburst.magics import values
from cellburst.magics.grammar import Argument, Command, Option
from cellburst.magics.machine_options import MACHINES, MORE

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
        Option(
            "-p",
            "a parameter and its values; several make a grid; a,b=[(1, 2), (3, 4)] are two that go together",
            values.binding,
            "NAME=VALUES",
            many=True,
        ),
        Option("--zip", "take the first value of each -p together, then the second, and so on, instead of a grid"),
        Option("--const", "a parameter that is the same in every task", values.constant, "NAME=VALUE", many=True),
        Option(
            "--when",
            "a parameter that there is only where this is true of others; else it is None",
            values.condition_for,
            'NAME="COND"',
            many=True,
        ),
        Option("--where", "only combinations for which this is true", values.condition, '"COND"', many=True),
        Option(
            "--over",
            "one task for each row: a list of dicts, a dict of columns, a DataFrame, a CSV, JSON or YAML file, a grid",
            values.table,
            "ROWS|FILE",
        ),
        Option("--each", "one task for each of these inputs", values.input_items, "NAME=ITERABLE", many=True),
        Option("--batch", "so many of the inputs of --each in one task, as a list", values.whole_number(1), "K"),
        Option("--sample", "only N of the combinations, or N points of ranges", values.whole_number(1), "N"),
        Option(
            "--sampler",
            "how --sample chooses: at random (default), as a Latin hypercube, or as a Sobol sequence",
            values.choice("random", "lhs", "sobol"),
            "random|lhs|sobol",
        ),
        Option("--yes", "do not ask: also start machines, and run more tasks than the setting max_tasks"),
        Option(
            "--search",
            "choose points of ranges by what earlier ones gave: tpe (default), random, cmaes, gp, qmc, grid",
            values.text,
            "NAME",
        ),
        Option("--trials", "how many points a search tries (100)", values.whole_number(1), "N"),
        Option(
            "--minimize",
            "the number that a search makes small: logged, a variable, or in the value",
            values.text,
            "NAME",
        ),
        Option("--maximize", "the same, made large", values.text, "NAME"),
        Option(
            "--pruner",
            "end weak tasks of a search early by what they task.report: asha, median, hyperband, none (default)",
            values.text,
            "NAME",
        ),
        Option(
            "--until",
            'add copies with other seeds until this is true of their values: "stderr < 0.01"',
            values.text,
            "CONDITION",
        ),
        Option("--most", "the most copies that --until may add (10,000)", values.whole_number(2), "N"),
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
        Option(
            "--cache",
            "take results of earlier runs of the same code, inputs and parameters, and keep these; refresh: only keep",
            values.choice("use", "refresh"),
            "[=refresh]",
            bare="use",
        ),
        *MACHINES,
        Option("--dry-run", "show what would travel, and which machines would be started; start nothing"),
        Option("--quiet", "no live display and no summary"),
    ),
)

_RUN = Argument("run", "[RUN]", values.text, default="last")
_THIS_RUN = Argument("run", "RUN", values.text, required=True)
_OF_POINTS = ("-p", "--zip", "--const", "--when", "--where", "--over", "--sample", "--sampler", "--yes")
_COPIES = Option("--copies", "so many more copies, for a run without parameters", values.whole_number(1), "N")
_YES = Option("--yes", "do not ask whether machines may be started")
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
    "add": Command(
        "%remote add",
        "add points that a run does not have yet; what it has is not computed again",
        (_THIS_RUN,),
        (*(option for option in CELL.options if option.name in _OF_POINTS), _COPIES),
    ),
    "retry": Command(
        "%remote retry",
        "run again what has no result; on machines also with more money or time",
        (_RUN,),
        (Option("--failed", "only what failed, not what was cancelled"), *MORE, _YES),
    ),
    "continue": Command(
        "%remote continue",
        "go on with a search, or with --until: with what is missing, or with more than that",
        (_RUN,),
        (
            Option("--trials", "so many more trials, or copies", values.whole_number(1), "N"),
            Option("--until", "add copies until this is true", values.text, "CONDITION"),
        ),
    ),
    "rerun": Command("%remote rerun", "run all of it once more, with the same inputs and seed", (_RUN,), (_YES,)),
    "explain": Command("%remote explain", "say why tasks wait", (_RUN,)),
    "delete": Command("%remote delete", "delete an ended run with its results and output", (_THIS_RUN,)),
    "targets": Command("%remote targets", "list where cells can run"),
}
