"""Writing notebooks and running their cells in the page."""

from __future__ import annotations

from collections.abc import Sequence

import nbformat
from playwright.sync_api import Locator, Page

from lab_server import Lab
from watched_page import command

LOAD = "%load_ext cellburst"
_PANEL = "p => [...app.shell.widgets('main')].find(w => w.context && w.context.path === p)"
_FIND = f"const app = window.jupyterapp; const panel = ({_PANEL})(path);"


class Notebook:
    """A notebook of a test, in the page of a test. Cells are counted from 0."""

    def __init__(self, page: Page, lab: Lab, path: str = "study.ipynb") -> None:
        self.page, self.lab, self.path = page, lab, path

    def write(self, *cells: str) -> Notebook:
        """Put it on disk, without outputs."""
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(notebook, self.lab.root / self.path)
        return self

    def open(self) -> Notebook:
        """Open it, and wait until its kernel is idle."""
        command(self.page, "docmanager:open", {"path": self.path, "factory": "Notebook"})
        self.kernel_is("idle")
        return self

    def activate(self) -> None:
        """Bring it to the front."""
        self.page.evaluate(f"path => {{ {_FIND} app.shell.activateById(panel.id); }}", self.path)

    def start(self, cell: int) -> None:
        """Run a cell and do not wait for its end."""
        self._select(cell)
        self.page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-cell'); }")

    def run(self, *cells: int) -> None:
        """Run cells, one after the other, and wait for the end of each."""
        for cell in cells:
            self._select(cell)
            command(self.page, "notebook:run-cell")

    def set(self, cell: int, source: str) -> None:
        """Write other code into a cell."""
        script = f"([path, i, text]) => {{ {_FIND} panel.content.widgets[i].model.sharedModel.setSource(text); }}"
        self.page.evaluate(script, [self.path, cell, source])

    def sources(self) -> Sequence[str]:
        """The code of every cell."""
        found: list[str] = self.page.evaluate(
            f"path => {{ {_FIND} return panel.content.widgets.map(w => w.model.sharedModel.getSource()); }}", self.path
        )
        return found

    def cell(self, cell: int) -> Locator:
        """A cell as it is shown."""
        return self.panel.locator(".jp-Cell").nth(cell)

    def output(self, cell: int) -> Locator:
        """The output area of a cell."""
        return self.cell(cell).locator(".jp-OutputArea").first

    @property
    def panel(self) -> Locator:
        return self.page.locator(f'.jp-NotebookPanel[id="{self._id()}"]')

    def kernel_is(self, status: str) -> None:
        """Wait until the kernel has a status (idle, busy, ...)."""
        self.page.wait_for_function(
            f"([path, status]) => {{ {_FIND} const s = panel && panel.sessionContext;"
            " return s && s.session && s.session.kernel && s.session.kernel.connectionStatus === 'connected'"
            " && s.session.kernel.status === status; }",
            arg=[self.path, status],
            timeout=60_000,
        )

    def restart_kernel(self) -> None:
        """Restart without asking, as after confirming; also while a cell runs."""
        self.page.evaluate(
            f"async path => {{ {_FIND} await panel.sessionContext.session.kernel.restart(); }}", self.path
        )
        self.kernel_is("idle")

    def save(self) -> None:
        self.page.evaluate(f"async path => {{ {_FIND} await panel.context.save(); }}", self.path)

    def evaluate(self, expression: str) -> str:
        """The text of an expression in the kernel, asked for without a cell. Waits while the kernel is busy."""
        found: str = self.page.evaluate(
            f"""async ([path, code]) => {{
              {_FIND}
              const kernel = panel.sessionContext.session.kernel;
              const future = kernel.requestExecute(
                {{ code: '', user_expressions: {{ x: code }}, store_history: false, silent: true }});
              const reply = await future.done;
              const x = reply.content.user_expressions.x;
              return x.status === 'ok' ? x.data['text/plain'] : `${{x.ename}}: ${{x.evalue}}`;
            }}""",
            [self.path, expression],
        )
        return found

    def _select(self, cell: int) -> None:
        self.activate()
        self.page.evaluate(
            f"([path, i]) => {{ {_FIND} panel.content.activeCellIndex = i; panel.content.deselectAll(); }}",
            [self.path, cell],
        )

    def _id(self) -> str:
        found: str = self.page.evaluate(f"path => {{ {_FIND} return panel.id; }}", self.path)
        return found
