"""The texts of ``%%remote?`` and ``%remote?``."""

from __future__ import annotations

import textwrap

from cellburst.magics.grammar import Command, Option
from cellburst.magics.syntax import CELL, COMMANDS

_WIDTH = 88
_INDENT = 30

_CELL_NOTES = """\
VALUES, ROWS and ITERABLE are Python expressions, evaluated in the kernel; so are conditions, for each combination.
Blanks are fine inside brackets and quotes. Ranges for --sample and --search: uniform(a, b), loguniform(a, b),
randint(a, b), lograndint(a, b), quniform(a, b, step), choice([...]).

Without a sweep and without --parallel the cell leaves the kernel as if it had run in it: printed text, displays,
its value, its exception, and the variables that it assigned, changed in place or deleted.

With a sweep (-p, --over, --each) or --parallel the parameters are variables of the cell, and so is `task`: task.index,
task.count, task.params, task.seed, task.attempt, task.output_dir, task.progress(fraction, text), task.log(**metrics).
The value of a task is its last expression. The value of the cell is a sequence of them in task order, with .frame(),
.plot(), .best("score"), .ok, .failed, .run.

A search decides over its tasks while it goes on; task.report(step, value) lets its pruner end weak ones early.

While it waits, the stop button cancels what is in flight and keeps what is finished."""

_CELL_EXAMPLES = """\
    %%remote
    model.fit(X, y)

    %%remote local -p lr=[0.1, 0.01] -p depth=range(3, 8) --parallel 4 --into scores
    model = fit(X, y, lr=lr, depth=depth, seed=task.seed)
    model.score(X_test, y_test)

    %%remote local -p stock="AAPL MSFT".split() --out history --timeout 10m
    history = load(stock)
    history.close.mean()

    %%remote local --over df.head(100) --retries 2 --name "first hundred"
    predict(user_id, country)

    %%remote local -p C=loguniform(0.1, 100) -p kernel=["rbf", "linear"] --sample 20
    cross_val_score(SVC(C=C, kernel=kernel), X, y).mean()

    %%remote local -p kind=["rbf", "poly"] -p power=[2, 3] --when power="kind == 'poly'"
    fit(kind, power)

    %%remote local --each path=files --batch 100
    [score(one) for one in path]

    %%remote --search tpe --trials 200 --minimize loss -p lr=loguniform(1e-5, 1e-1)
    loss = fit(X, y, lr)

    %%remote local --until "stderr < 0.01" --most 100000
    simulate(task.seed)

    %%remote local --parallel 8 --seed 7 --detach
    simulate(task.seed)"""

_LINE_NOTES = """\
RUN is an id, the beginning of one, or `last` (the default where it is in brackets)."""

_LINE_EXAMPLES = """\
    %remote runs
    %remote show last --inputs
    %remote attach last --into scores
    %remote logs last 3 --follow
    %remote cancel 0mf3a1c 4 5
    %remote retry last --failed
    %remote continue last --trials 100"""


def cell_help() -> str:
    """Everything about ``%%remote``."""
    return "\n\n".join(
        [
            CELL.meaning,
            _synopsis(CELL),
            "Options\n" + "\n".join(map(_option_help, CELL.options)),
            _wrapped(_CELL_NOTES),
            "Examples\n" + _CELL_EXAMPLES,
            "Runs are listed, collected, cancelled and retried with %remote; see %remote?",
        ]
    )


def line_help() -> str:
    """Everything about ``%remote``."""
    return "\n\n".join(
        [
            "Look at runs, collect them, and act on them.",
            "\n".join(_command_help(command) for command in COMMANDS.values()),
            _wrapped(_LINE_NOTES),
            "Examples\n" + _LINE_EXAMPLES,
            "To run a cell, begin it with %%remote; see %%remote?",
        ]
    )


def _synopsis(command: Command) -> str:
    words = [argument.metavar for argument in command.arguments]
    words += [f"[{_mention(option)}]{'...' if option.many else ''}" for option in command.options]
    indent = " " * (len(command.name) + 1)
    lines = textwrap.wrap(
        # a non-breaking blank keeps an option and its value on one line
        " ".join(word.replace(" ", "\xa0") for word in words),
        _WIDTH,
        initial_indent=f"{command.name} ",
        subsequent_indent=indent,
        break_on_hyphens=False,
    )
    return "\n".join(lines).replace("\xa0", " ")


def _mention(option: Option) -> str:
    return f"{option.name}{'' if option.bare is not None else ' '}{option.metavar}".rstrip()


def _option_help(option: Option) -> str:
    return _entry(_mention(option), option.meaning)


def _command_help(command: Command) -> str:
    words = [command.name, *(argument.metavar for argument in command.arguments)]
    lines = [_entry(" ".join(words), command.meaning)]
    lines += [_entry(f"    {_mention(option)}", option.meaning) for option in command.options]
    return "\n".join(lines)


def _entry(left: str, right: str) -> str:
    head = f"  {left}"
    if len(head) > _INDENT - 2:
        return f"{head}\n{_filled(right, ' ' * _INDENT)}"
    return _filled(right, head.ljust(_INDENT))


def _filled(text: str, head: str) -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=head,
        subsequent_indent=" " * _INDENT,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _wrapped(text: str) -> str:
    return "\n\n".join(textwrap.fill(part, _WIDTH, break_on_hyphens=False) for part in text.split("\n\n"))
