"""The options of `cellburst run`, named as in the magic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from cellburst.client.options.submission import MACHINE_OPTIONS
from cellburst.targets.rules import SPOT_POLICIES

PLAIN = (
    *(
        "zip",
        "over",
        "batch",
        "sample",
        "sampler",
        "yes",
    ),
    *(
        "search",
        "trials",
        "minimize",
        "maximize",
        "pruner",
        "until",
    ),
    *(
        "most",
        "parallel",
        "retries",
        "seed",
        "at_most_once",
        "detach",
    ),
    *(
        "quiet",
        "name",
        "cache",
    ),
    *MACHINE_OPTIONS,
)
"""Those that go to the submission as click reads them."""
_OPTIONS = (
    click.option("--target", default="local", show_default=True, help="Where it runs."),
    click.option(
        "--parallel",
        type=click.IntRange(min=1),
        help="How many tasks run at once; without parameters: how many copies.",
    ),
    click.option(
        "-p",
        "params",
        multiple=True,
        metavar="NAME=VALUES",
        help="A parameter and its values: lr=0.1,0.01 or n=range(9) or x=@lines.txt. Several make a grid.",
    ),
    click.option(
        "--zip",
        is_flag=True,
        help="Take the first value of each -p together, then the second, and so on, instead of a grid.",
    ),
    click.option("--const", multiple=True, metavar="NAME=VALUE", help="A parameter that is the same in every task."),
    click.option(
        "--when",
        multiple=True,
        metavar="NAME=COND",
        help="A parameter that there is only where this is true of others.",
    ),
    click.option("--where", multiple=True, metavar="COND", help="Only combinations for which this is true."),
    click.option("--over", metavar="FILE", help="One task for each row: a CSV, JSON or YAML file."),
    click.option(
        "--sample", type=click.IntRange(min=1), metavar="N", help="Only N of the combinations, or N points of ranges."
    ),
    click.option(
        "--sampler",
        type=click.Choice(["random", "lhs", "sobol"]),
        default="random",
        help="How --sample chooses: at random (default), as a Latin hypercube, or as a Sobol sequence.",
    ),
    click.option("--each", multiple=True, metavar="NAME=VALUES", help="One task for each of these inputs."),
    click.option(
        "--batch",
        type=click.IntRange(min=1),
        metavar="K",
        help="So many of the inputs of --each in one task, as a list.",
    ),
    click.option(
        "--search",
        default="",
        metavar="NAME",
        help="Choose points of ranges by what earlier ones gave: tpe (default), random, cmaes, gp, qmc, grid.",
    ),
    click.option("--trials", type=click.IntRange(min=1), metavar="N", help="How many points a search tries (100)."),
    click.option(
        "--minimize",
        default="",
        metavar="METRIC",
        help="The figure that a search makes small: logged, or in metrics.json.",
    ),
    click.option("--maximize", default="", metavar="METRIC", help="The same, made large."),
    click.option(
        "--pruner",
        default="",
        metavar="NAME",
        help="End weak trials early by what they report: asha, median, hyperband, none (default).",
    ),
    click.option(
        "--until",
        default="",
        metavar="COND",
        help='Add copies with other seeds until this is true of a figure: "stderr(loss) < 0.01".',
    ),
    click.option(
        "--most", type=click.IntRange(min=2), metavar="N", help="The most copies that --until may add (10,000)."
    ),
    click.option(
        "--cache",
        is_flag=False,
        flag_value="use",
        default="",
        metavar="[=refresh]",
        help="Take results of earlier runs of the same command and files, and keep these; refresh: only keep.",
    ),
    click.option(
        "--name", default="", help="What to call the run in lists; {file}, {script} and {command} are filled in."
    ),
    click.option(
        "--retries",
        type=click.IntRange(min=0),
        default=0,
        help="Try a task again after a failure of its own, so many times.",
    ),
    click.option("--timeout", metavar="T", help="End a task after this long: 90s, 10m, 2h."),
    click.option("--seed", type=click.IntRange(min=0), help="The seed that the tasks' own seeds come from."),
    click.option(
        "--at-most-once", is_flag=True, help="Never run a task again after its worker was lost; it ends as unknown."
    ),
    click.option("--max-cost", metavar="$", help="The most dollars that the run may cost."),
    click.option("--max-price", metavar="$", help="The most dollars for an hour of one machine."),
    click.option("--max-lifetime", metavar="T", help="When a machine ends itself, whatever it does: 30m, 2h."),
    click.option("--instance-type", metavar="TYPE,...", help="The types of machines, in this order."),
    click.option(
        "--spot-policy",
        type=click.Choice(SPOT_POLICIES),
        help="Whether to take cheaper machines that may be taken back at any time.",
    ),
    click.option("--gpus", metavar="N", help="GPUs of each task."),
    click.option("--gpu", metavar="NAME", help="Which GPU: t4, a10g, l4, l40s, a100, h100."),
    click.option("--cpus", metavar="N+", help="Cores of a machine, at least: the cheapest type that fits."),
    click.option("--memory", metavar="SIZE", help="Memory of a machine, at least: 32GB."),
    click.option("--region", help="Where the machines are."),
    click.option("--escalate", is_flag=True, help="Try what was out of memory again on a larger machine."),
    click.option("--detach", is_flag=True, help="Do not wait; print the run's id."),
    click.option("--dry-run", is_flag=True, help="Show the first tasks and the machines; start nothing."),
    click.option(
        "-y",
        "--yes",
        is_flag=True,
        help="Do not ask: also start machines, and run more tasks than the setting max_tasks.",
    ),
    click.option("-q", "--quiet", is_flag=True, help="Print only what went wrong."),
    click.option("--json", "as_json", is_flag=True, help="The tasks as JSON at the end."),
)


def with_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a command with all of them."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function
