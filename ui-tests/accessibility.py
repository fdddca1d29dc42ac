"""What axe finds on a page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = ("serious", "critical")


def serious_findings(page: Page, *selectors: str) -> list[str]:
    """What keeps people out, within the elements that the selectors name: those that are ours."""
    if not page.evaluate("() => 'axe' in window"):
        page.add_script_tag(content=AXE.read_text())
    found: dict[str, Any] = page.evaluate(
        """async selectors => {
          const missing = selectors.filter(s => document.querySelector(s) === null);
          if (missing.length) { return { missing, violations: [] }; }
          const { violations } = await axe.run({ include: selectors.map(s => [s]) }, { resultTypes: ['violations'] });
          return { missing, violations };
        }""",
        list(selectors),
    )
    assert found["missing"] == [], "nothing to look at"
    return [
        f"{violation['impact']}: {violation['id']}: {violation['help']}: {node['html'][:200]}"
        for violation in found["violations"]
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
    ]
