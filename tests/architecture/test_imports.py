"""Who imports whom, and what is loaded before it is needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "py_src" / "cellburst"
BARE = ("worker", "payload", "wire", "model", "errors")
HEAVY = frozenset(
    (
        "sqlite3",
        "IPython",
        "jupyter_core",
        "jupyter_client",
        "jupyter_server",
        "ipywidgets",
        "tornado",
        "numpy",
        "pandas",
    )
)


def modules_of(name: str) -> list[str]:
    if (PACKAGE / f"{name}.py").exists():
        return [f"cellburst.{name}"]
    found = sorted((PACKAGE / name).rglob("*.py"))
    dotted = [".".join(("cellburst", *path.relative_to(PACKAGE).with_suffix("").parts)) for path in found]
    return [text.removesuffix(".__init__") for text in dotted if not text.endswith("__main__")]


def loaded_after(imports: list[str]) -> set[str]:
    """Top-level names in sys.modules of a fresh interpreter that imported these modules."""
    code = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *imports], capture_output=True, text=True, timeout=50, check=False
    )
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0] for name in done.stdout.split()}


def test_layers_and_forbidden_imports() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=50, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("part", BARE)
def test_parts_that_start_on_a_bare_machine_load_nothing_heavy(part: str) -> None:
    modules = modules_of(part)
    assert modules
    assert loaded_after(modules) & HEAVY == set()


@pytest.mark.parametrize("part", ["controller", "store", "backends"])
def test_parts_that_own_runs_do_not_load_cloudpickle(part: str) -> None:
    assert "cloudpickle" not in loaded_after(modules_of(part))


def test_importing_cellburst_loads_nothing_heavy() -> None:
    heavy = {*HEAVY, "msgspec", "cloudpickle", "click", "rich", "psutil"}
    assert loaded_after(["cellburst"]) & heavy == set()


def test_the_command_line_starts_without_rich_or_ipython() -> None:
    assert loaded_after(["cellburst.cli.main"]) & {"rich", "IPython", "numpy", "nbclient", "msgspec"} == set()
