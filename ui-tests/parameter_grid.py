"""The parameter grid of a cell's output, as a person uses it."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from notebooks import Notebook


class ParameterGrid:
    """The grid that a cell shows."""

    def __init__(self, notebook: Notebook, cell: int) -> None:
        self.notebook = notebook
        self.root = notebook.output(cell).locator(".cb-Grid").first

    def ready(self) -> ParameterGrid:
        """Wait until it is there."""
        expect(self.root).to_be_visible()
        return self

    @property
    def rows(self) -> Locator:
        return self.root.get_by_role("list", name="Parameters").get_by_role("listitem")

    @property
    def count(self) -> Locator:
        return self.root.locator(".cb-RunBar-count")

    @property
    def said(self) -> Locator:
        """How the run stands."""
        return self.root.locator(".cb-RunBar-text")

    @property
    def axes(self) -> Locator:
        return self.root.get_by_role("slider")

    @property
    def tasks(self) -> Locator:
        """The rows of the table of results."""
        return self.root.locator(".cb-TaskList tbody tr")

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name, exact=True)

    def page(self, name: str) -> None:
        """ "Parameters" or "Results"."""
        self.root.locator(".cb-Grid-tabs").get_by_role("button", name=name).click()

    def narrow(self, pixels: int) -> None:
        """As in a column of this width; 0: as wide as there is room."""
        self.root.evaluate("(e, n) => { e.style.width = n ? n + 'px' : ''; }", pixels)
