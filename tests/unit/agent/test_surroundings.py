"""What an agent makes of a payload from elsewhere."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from cellburst.agent.surroundings import at_home
from cellburst.model.blob import Packed
from cellburst.model.payload import Payload


def test_a_module_beside_the_notebook_still_hides_a_package(tmp_path: Path) -> None:
    place = tmp_path / "notebooks"
    place.mkdir()
    sent = Payload("cell", Packed(b"x"), cwd=str(place), path=(str(place), "/gone/lib", "/gone/site-packages"))

    here = at_home(sent, tmp_path)

    assert here.cwd == str(place)
    assert here.path[0] == str(place)
    assert set(here.path[1:]) == {entry for entry in sys.path if entry not in ("", os.getcwd())}


def test_a_working_directory_that_is_not_here_is_another(tmp_path: Path) -> None:
    sent = Payload("cell", Packed(b"x"), cwd="/gone/notebooks", path=("/gone/notebooks",), ambient={"LANG": "C"})

    here = at_home(sent, tmp_path)

    assert (here.cwd, here.ambient) == (str(tmp_path), {})
    assert "/gone/notebooks" not in here.path
