"""The panel "Runs" of the left sidebar, as a person finds their way in it."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page

from watched_page import show_runs


class RunsPanel:
    """The panel; made visible by the command that the menu has."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.root = page.locator("#cellburst-runs")
        self.tree = self.root.get_by_role("tree", name="Runs")

    def show(self) -> RunsPanel:
        show_runs(self.page)
        return self

    def row(self, name: str) -> Locator:
        """The line of a run, by its name."""
        return self.tree.get_by_role("treeitem", name=re.compile(f"^{re.escape(name)}: "))

    def group(self, name: str) -> Locator:
        """The title of a group of runs."""
        return self.tree.locator("[role=treeitem][aria-level='1']").filter(has_text=name)

    def widen(self, pixels: int) -> None:
        """Make the left sidebar so wide."""
        self.page.evaluate(
            """pixels => {
              const shell = window.jupyterapp.shell;
              const split = [...shell.layout.widgets].flatMap(function all(w) {
                return [w, ...(w.layout ? [...w.layout].flatMap(all) : [])];
              }).find(w => w.id === 'jp-main-split-panel');
              const { width } = split.node.getBoundingClientRect();
              const sizes = split.relativeSizes();
              const visible = split.widgets.map(w => !w.isHidden);
              const [left, ...others] = sizes.map((size, i) => visible[i] ? size : 0);
              const rest = others.reduce((sum, size) => sum + size, 0);
              split.setRelativeSizes([pixels / width, ...others.map(size => (size / rest) * (1 - pixels / width))]);
            }""",
            pixels,
        )
