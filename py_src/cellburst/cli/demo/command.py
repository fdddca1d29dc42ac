"""The command: play the notebook, show what it shows, say where everything is."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import click

from cellburst.cli.demo import notebook
from cellburst.errors import UsageError

_NEEDED = ("nbclient", "ipykernel", "sklearn", "pandas", "matplotlib")


@click.command()
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("cellburst-demo"),
    show_default=True,
    help="Where the played notebook and its plot are put.",
)
@click.option("--plain", is_flag=True, help="Plain lines, also in a terminal.")
def demo(folder: Path, plain: bool) -> None:
    """Train every scikit-learn model in parallel: the quickstart notebook, played here."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise UsageError(f"the demo needs {', '.join(missing)}: pip install 'cellburst[demo]'")
    from cellburst.cli.demo.player import play
    from cellburst.cli.demo.screen import open_screen

    played = notebook.copy_to(folder)
    with open_screen(plain or not sys.stdout.isatty()) as screen:
        play(played, screen)
    click.echo(f"The notebook with its outputs: {played}")
    for picture in sorted(folder.glob("*.png")):
        click.echo(f"The plot:                      {picture}")
    click.echo(f"\nOpen the same notebook in JupyterLab:  {notebook.how_to_open(played)}")
