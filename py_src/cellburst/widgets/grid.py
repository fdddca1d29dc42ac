"""``ParameterGrid``: the widget as Python has it. What it is about is in the modules beside this one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from cellburst.client.collecting.collect import main_namespace
from cellburst.client.connecting.discover import offline
from cellburst.client.surroundings.origin import describe_origin
from cellburst.display.formatting import one_line
from cellburst.errors import CellburstError, UsageError
from cellburst.sweeps.options import SweepOptions
from cellburst.widgets import editing, still
from cellburst.widgets.assets import page
from cellburst.widgets.base import Page
from cellburst.widgets.facts import Facts, facts_of, texts
from cellburst.widgets.formats import read, write
from cellburst.widgets.keeping import Kept, Shelf
from cellburst.widgets.literals import TextError
from cellburst.widgets.reading import Row, read_rows
from cellburst.widgets.requests import answer
from cellburst.widgets.spec import Parameter, Spec, from_plain, plain
from cellburst.widgets.subject import Cell, Function, Subject, after_cells, shell_of
from cellburst.widgets.sweep import parallel_of, seed_of, sweep_options
from cellburst.widgets.timing import Timing
from cellburst.widgets.watching import Watching

if TYPE_CHECKING:
    from cellburst.client.options.submission import SubmitOptions
    from cellburst.client.runs.results import Results
    from cellburst.client.runs.run import Run


class ParameterGrid(Page):
    """Parameters to write down, run and explore.

    ``ParameterGrid(fn)`` runs a function, ``ParameterGrid("name")`` a cell that has ``%%remote --over grid`` on top;
    ``params`` (a dict of values) is what it begins with. What was edited is kept by ``name`` and notebook: a restarted
    kernel has it again. Raises UsageError where ipywidgets or the built page is missing.
    """

    def __init__(
        self,
        subject: Callable[..., Any] | str | Mapping[str, Any] | None = None,
        params: Mapping[str, Any] | None = None,
        /,
        *,
        name: str = "",
        **widget: Any,
    ) -> None:
        if isinstance(subject, Mapping):
            subject, params = None, subject
        name = name or (subject if isinstance(subject, str) else getattr(subject, "__name__", "") or "grid")
        script, sheet = page()
        self._subject: Subject | None = Function(subject) if callable(subject) else None
        self._spec = Spec()
        self._rows: dict[str, Row] = {}
        self._known: dict[Parameter, Row] = {}
        self._timing = Timing()
        self._shelf: Shelf | None = None
        self._given = ""
        self._watching = Watching(self.set_trait, self._run_ended)
        super().__init__(_esm=script, _css=sheet, label=name, **widget)
        self.on_msg(lambda _, asked, __: self.send(answer(self, asked)))
        self.observe(self._edited, "spec")
        if self.mode == "edit":
            self._begin(name, params or {})

    @classmethod
    def of(cls, run: Run | str = "last") -> ParameterGrid:
        """The results of a run, whatever started it, to explore. Raises UnknownRunError, StoreError."""
        from cellburst.client.runs.finding import attach

        run = attach(run) if isinstance(run, str) else run
        made = cls(name=run.name or run.id, mode="explore")
        made._watching.watch(run)
        return made

    # what is in it

    def add(self, name: str, values: Any, *, when: str = "", const: bool = False) -> ParameterGrid:
        """A further parameter: values, a range such as ``loguniform(1e-5, 1e-1)``, or an expression as a text.

        ``when`` is the condition under which it exists; a ``const`` has one value for all. A parameter that is there
        already is replaced. Raises SweepError for values that only an expression can stand for.
        """
        return self._put(editing.with_parameter(self._spec, name, values, when=when, const=const))

    def remove(self, name: str) -> ParameterGrid:
        """Take a parameter away. Raises UsageError if there is none of that name."""
        return self._put(editing.without_parameter(self._spec, name))

    def where(self, *conditions: str) -> ParameterGrid:
        """Leave out what does not meet these conditions; without any, all constraints are taken away."""
        return self._put(msgspec.structs.replace(self._spec, where=conditions))

    def sample(self, count: int | None, sampler: str = "random", seed: int | None = None) -> ParameterGrid:
        """Run so many of the combinations; None for all."""
        return self._put(editing.with_sample(self._spec, count, sampler, seed))

    def text(self, format: str = "options") -> str:  # noqa: A002 the field's name for it
        """The grid as "options" of the magic, "python" or "yaml". Raises UsageError while something cannot be read."""
        try:
            return write(format, self._spec, self._function_name)
        except TextError as error:
            raise UsageError(f"the grid is no text yet: {error}") from None

    def load_text(self, text: str, format: str = "") -> ParameterGrid:  # noqa: A002
        """Take the grid from a text. Raises UsageError with line and column where it cannot be read."""
        try:
            return self.take_text(text, format)
        except TextError as error:
            raise UsageError(error.placed) from None

    def take_text(self, text: str, format: str = "") -> ParameterGrid:  # noqa: A002
        """The same for the page. Raises TextError, UsageError."""
        return self._put(read(text, format))

    def sweep_options(self) -> SweepOptions:
        """What ``--over`` and ``cellburst.map`` take, with its expressions evaluated now. Raises SweepError."""
        return sweep_options(self._spec, main_namespace())

    def __len__(self) -> int:
        from cellburst.sweeps.preview import describe

        return describe(self.sweep_options(), 0).count

    def __bool__(self) -> bool:
        return True

    # what runs

    def bind(self, fn: Callable[..., Any], **kwargs: Any) -> ParameterGrid:
        """Let Run run this function; ``kwargs`` go to every call."""
        return self._bound(Function(fn, kwargs))

    def bind_cell(self, code: str, **options: Any) -> ParameterGrid:
        """Let Run run this code as a cell; options as in ``%%remote``. Raises UsageError outside of a notebook."""
        from cellburst.client.options.submission import SubmitOptions

        said = SubmitOptions(**options)
        said.check()
        return self._bound(Cell(code, said, shell_of()))

    def ran_in_cell(self, code: str, options: SubmitOptions, shell: Any, run: Run) -> None:
        """A ``%%remote --over grid`` cell has been submitted: Run does it again, and the page shows this run."""
        self._bound(Cell(code, options, shell))
        if options.target != self._spec.target:
            self._put(msgspec.structs.replace(self._spec, target=options.target))
        self._watch(run)

    def run(self, **options: Any) -> Run:
        """Start it, as the Run button does; returns at once. ``options`` are as in ``map``: ``yes``, ``retries``, ...

        Raises UsageError, SweepError, and as submitting does.
        """
        if self._subject is None:
            raise UsageError("the grid is bound to nothing yet: run a cell with `%%remote --over`, or grid.bind(fn)")
        try:
            chosen = {"target": self._spec.target, "parallel": parallel_of(self._spec), "seed": seed_of(self._spec)}
        except TextError as error:
            raise UsageError(str(error)) from None
        run = self._subject.start(self, {name: value for name, value in chosen.items() if value is not None} | options)
        self._watch(run)
        return run

    def cancel(self) -> None:
        """Cancel what the last run has not finished."""
        if self.last_run is not None:
            self.last_run.cancel()

    def wait(self, timeout: float | None = None) -> ParameterGrid:
        """Until the last run has ended and the page knows it."""
        self._watching.join(timeout)
        return self

    def look(self) -> None:
        """Show the points of the last run as they are now."""
        self._watching.look()

    def refresh(self) -> None:
        """Evaluate every expression again: variables may have changed."""
        self._known = {}
        self._follow_up()

    @property
    def last_run(self) -> Run | None:
        """The run that was started last, also before the kernel was restarted."""
        return self._watching.run

    @property
    def results(self) -> Results:
        """The results of the last run. Raises UsageError if there is none."""
        if self.last_run is None:
            raise UsageError("the grid has not run yet")
        return self.last_run.results

    # between here, the page and the file

    def _begin(self, name: str, params: Mapping[str, Any]) -> None:
        spec = editing.of_params(params)
        self._given = msgspec.json.encode(spec).decode() if params else ""
        self._shelf = Shelf(offline().folders, describe_origin(main_namespace()).notebook, name)
        kept, self.notice = self._shelf.load()
        if kept is None or (self._given and kept.given != self._given):
            kept = Kept(spec)
        self._put(kept.spec, keep=False)
        if kept.run:
            self._take_up(kept.run)
        after_cells(self, ParameterGrid._cell_ran)

    def _take_up(self, run: str) -> None:
        """Show the run of before; that it has been deleted since is no news."""
        from cellburst.client.runs.finding import attach

        try:
            self._watching.watch(attach(run))
        except CellburstError:
            self._watching.run = None

    def _put(self, spec: Spec, *, keep: bool = True) -> ParameterGrid:
        """Make this the grid, here and on the page."""
        self._spec = msgspec.structs.replace(spec, serial=self._spec.serial + 1)
        with self.hold_sync():
            self.spec = plain(self._spec)
            self._follow_up()
        if keep:
            self._keep()
        return self

    def _edited(self, change: Any) -> None:
        """The page has changed the grid."""
        try:
            spec = from_plain(change["new"])
        except UsageError as error:
            self.notice = one_line(str(error), 300)
            return
        if spec == self._spec:
            return  # it was us
        self._spec = spec
        self._follow_up()
        self._keep()

    def _follow_up(self) -> None:
        """Evaluate what is new, and tell the page what follows from it."""
        namespace = main_namespace()
        self._rows = read_rows(self._spec, namespace, self._known)
        self._known = {one: row for one in self._spec.parameters if not (row := self._rows[one.id]).error}
        facts = facts_of(self._spec, self._rows, namespace)
        facts.update(texts(self._spec, self._function_name))
        facts["bound"] = self._subject.label if self._subject is not None else ""
        self.facts = {**facts, **self._time(facts)}

    def _time(self, facts: Facts) -> Facts:
        return self._timing.facts(self._subject, self._spec, facts.get("count"), offline())

    def _cell_ran(self) -> None:
        """What could not be evaluated may be there now."""
        if any(row.error for row in self._rows.values()) or self.facts.get("problem"):
            self._follow_up()

    @property
    def _function_name(self) -> str:
        return self._subject.label.removesuffix("()") if isinstance(self._subject, Function) else "fn"

    def _bound(self, subject: Subject) -> ParameterGrid:
        self._subject = subject
        self._follow_up()
        return self

    def _watch(self, run: Run) -> None:
        self._watching.watch(run)
        self._keep()

    def _keep(self) -> None:
        if self._shelf is not None:
            run = self.last_run
            self._shelf.save(Kept(self._spec, self._given, "" if run is None else run.id))

    def _run_ended(self, run: Run) -> None:
        """From the thread that watched it: its times are known, and a cell's variable gets its results."""
        self._timing.forget()
        if isinstance(self._subject, Cell) and self._subject.options.into:
            self._subject.shell.user_ns[self._subject.options.into] = run.results
        self.facts = {**self.facts, **self._time(self.facts)}

    def __repr__(self) -> str:
        count = self.facts.get("count")
        return f"<ParameterGrid {self.label!r}: {'no tasks yet' if count is None else f'{count:,} tasks'}>"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """The widget; for readers without one, its first tasks as a table."""
        found = super()._repr_mimebundle_(**options)
        if (data := found[0] if isinstance(found, tuple) else found) is not None:
            data["text/html"] = still.html(self.label, self.facts)
        return found
