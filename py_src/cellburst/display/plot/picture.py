"""A picture as a notebook's value."""

from __future__ import annotations

import json
import os
from typing import Any

from cellburst.display.formatting import counted
from cellburst.display.plot.choosing import choose
from cellburst.display.plot.few import facets, heat, line, points
from cellburst.display.plot.many import multiples, parallel
from cellburst.display.plot.parts import Spec, framed
from cellburst.display.plot.scene import Scene, bounded, varying
from cellburst.display.plot.svg import drawn
from cellburst.display.plot.trials import estimates, histogram, history

VEGA_LITE = "application/vnd.vegalite.v5+json"
_DRAW = {
    "line": line,
    "points": points,
    "heat": heat,
    "facets": facets,
    "multiples": multiples,
    "parallel": parallel,
    "history": history,
    "histogram": histogram,
}


class Plot:
    """A picture of a run's scores. ``spec`` is Vega-Lite; JupyterLab draws it, other places show ``svg``."""

    def __init__(self, scene: Scene, kind: str | None = None) -> None:
        """Raises UsageError for a kind that there is not, or that the run has too few parameters for."""
        self._scene = bounded(scene)
        self.kind = choose(self._scene, kind)

    @property
    def spec(self) -> Spec:
        """The Vega-Lite specification, with its data: plain JSON."""
        return framed(self._scene, _DRAW[self.kind](self._scene), self.title)

    @property
    def title(self) -> str:
        """What is drawn over what."""
        scene = self._scene
        if self.kind == "histogram":
            return f"{scene.metric} of {counted(len(scene.scored), 'task')}"
        if self.kind == "history":
            return f"{scene.metric} by trial, and the best so far"
        return f"{scene.metric} by {', '.join(varying(scene))}"

    @property
    def svg(self) -> str:
        """A plain picture that needs nothing."""
        return drawn(self._scene, self.kind, self.title)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it as SVG, or as the Vega-Lite specification if the name ends with .json. Raises OSError."""
        text = json.dumps(self.spec, indent=1) if os.fspath(path).endswith(".json") else self.svg
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def __repr__(self) -> str:
        if self.kind == "histogram":
            return f"<{self.title}: {estimates(self._scene)[-1].text}>"
        best = self._scene.best
        where = ", ".join(f"{name}={value}" for name, value in zip(self._scene.names, best.params, strict=True))
        at = f" at {where}" if where else ""
        return f"<{self.title}: best {best.score:.6g} in task {best.task}{at}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {VEGA_LITE: self.spec, "image/svg+xml": self.svg, "text/plain": repr(self)}
