"""IPython inside a task: magics, displays, figures."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from cellburst.cells.source import transform
from cellburst.model.outcome import OutcomeKind
from tests.unit.worker.conftest import Start
from tests.unit.worker.harness import Ended, WorkerProcess

HTML = """
class R:
    def _repr_html_(self):
        {body}
    def __reduce__(self):
        return int, ()
R()
"""


def run(worker: WorkerProcess, cell: str, inputs: dict[str, Any] | None = None, **fields: Any) -> Ended:
    return worker.run(transform(cell), inputs, **fields)


def test_the_shell_is_there_for_the_first_cell(start_worker: Start) -> None:
    worker = start_worker()
    ended = run(worker, "!echo out; echo err >&2\nprint('then')")
    assert ended.text().replace("\r\n", "\n") == "out\nerr\nthen\n"


def test_shell_output_becomes_a_value(worker: WorkerProcess) -> None:
    assert list(worker.value(run(worker, "lines = !printf 'a\\nb'\nlist(lines)").result)) == ["a", "b"]


def test_variables_are_expanded(worker: WorkerProcess) -> None:
    assert run(worker, "word = 'hello'\n!echo {word}").text().strip() == "hello"


def test_exit_codes_and_commands_that_fail(worker: WorkerProcess) -> None:
    assert worker.value(run(worker, "!exit 3\n_exit_code").result) == 3


def test_time_gives_the_value(worker: WorkerProcess) -> None:
    ended = run(worker, "%time 6 * 7")
    assert worker.value(ended.result) == 42
    assert "Wall time" in ended.text()


def test_cell_magics(worker: WorkerProcess) -> None:
    ended = run(worker, "%%time\nx = 5\nprint(x)", collect="namespace")
    assert ended.result.kind is OutcomeKind.SUCCEEDED
    assert ended.text().startswith("5\n")
    ended = run(worker, "%%capture caught\nprint('inside')\n", out=("caught",))
    assert ended.text() == ""


def test_changing_the_folder_lasts_one_task(worker: WorkerProcess) -> None:
    source = "import os\nfirst = os.getcwd()\n%cd -q /\n(first, os.getcwd())"
    first = worker.value(run(worker, source).result)
    assert first == worker.value(run(worker, source).result)
    assert first[1] == "/"
    assert first[0] != "/"


def test_display_and_its_updates(worker: WorkerProcess) -> None:
    source = """
from IPython.display import HTML, clear_output, display
print("before")
handle = display(HTML("<b>1</b>"), display_id=True)
print("between")
handle.update(HTML("<b>2</b>"))
clear_output(wait=True)
display({"a": 1}, "text")
"""
    outputs = run(worker, source).outputs
    kinds = [record["output_type"] for record in outputs]
    assert kinds == [
        "stream", "display_data", "stream", "update_display_data", "clear_output", "display_data", "display_data",
    ]  # fmt: skip
    shown, updated = outputs[1], outputs[3]
    assert shown["data"]["text/html"] == "<b>1</b>"
    assert shown["transient"]["display_id"] == updated["transient"]["display_id"]
    assert updated["data"]["text/html"] == "<b>2</b>"
    assert outputs[4]["wait"] is True
    assert outputs[5]["data"] == {"text/plain": "{'a': 1}"}


def test_display_needs_no_import(start_worker: Start) -> None:
    ended = run(start_worker(), "display(3)\nget_ipython().__class__.__name__")
    assert [record["data"] for record in ended.shown("display_data")] == [{"text/plain": "3"}]
    assert ended.result.kind is OutcomeKind.SUCCEEDED


def test_ipython_that_a_library_imports_finds_a_shell(start_worker: Start) -> None:
    source = (
        "from IPython import get_ipython\nfrom IPython.display import display\ndisplay(1)\nget_ipython() is not None"
    )
    ended = run(start_worker(), source)
    assert worker_value(ended) is True
    assert len(ended.shown("display_data")) == 1


def worker_value(ended: Ended) -> Any:
    assert ended.result.kind is OutcomeKind.SUCCEEDED, ended.result
    return ended.result.summary


def test_libraries_take_it_for_a_notebook(worker: WorkerProcess) -> None:
    ended = run(worker, "from rich import print\nprint('[bold]rich[/bold]')")
    (shown,) = ended.shown("display_data")
    assert "font-weight: bold" in shown["data"]["text/html"]


def test_bundles_with_bytes_and_numpy_can_be_written(worker: WorkerProcess) -> None:
    source = """
import numpy as np
display({"image/png": b"abc", "application/json": {"x": np.float64(1), 2: np.arange(2), "big": 10**30}}, raw=True)
"""
    (shown,) = run(worker, source).shown("display_data")
    assert base64.b64decode(shown["data"]["image/png"]) == b"abc"
    assert shown["data"]["application/json"] == {"x": 1.0, "2": [0, 1], "big": 1e30}


@pytest.mark.parametrize("first", ["%matplotlib inline\n", ""])
def test_figures_are_shown_when_the_cell_ends(worker: WorkerProcess, first: str) -> None:
    ended = run(worker, f"{first}import matplotlib.pyplot as plt\nplt.plot([1, 2])\nprint('drawn')\nNone")
    assert [record["output_type"] for record in ended.outputs] == ["stream", "display_data"]
    (figure,) = ended.shown("display_data")
    assert base64.b64decode(figure["data"]["image/png"]).startswith(b"\x89PNG")
    assert run(worker, "print('no figure left')").shown("display_data") == []


def test_figures_are_shown_after_an_exception_too(worker: WorkerProcess) -> None:
    ended = run(worker, "import matplotlib.pyplot as plt\nplt.plot([1])\n1 / 0")
    assert ended.result.kind is OutcomeKind.FAILED
    assert len(ended.shown("display_data")) == 1


def test_show_in_the_middle_keeps_the_order(worker: WorkerProcess) -> None:
    ended = run(worker, "import matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()\nprint('after')")
    assert [record["output_type"] for record in ended.outputs] == ["display_data", "stream"]


def test_rich_values_have_a_record_and_plain_ones_do_not(worker: WorkerProcess) -> None:
    (record,) = run(worker, "import pandas as pd\npd.DataFrame({'a': [1, 2]})").shown("execute_result")
    assert "<table" in record["data"]["text/html"]
    for source in ("1", "'text'", "[1, 2]", "{'a': 1}", "None", "np.float64(1)", "pd.DataFrame({'a': [1]});"):
        assert run(worker, f"import numpy as np, pandas as pd\n{source}").shown("execute_result") == []


def test_a_single_cells_value_is_displayed_by_the_kernel(worker: WorkerProcess) -> None:
    ended = run(worker, "import pandas as pd\npd.DataFrame({'a': [1, 2]})", collect="namespace")
    assert ended.shown("execute_result") == []


def test_hostile_reprs_spoil_nothing(worker: WorkerProcess) -> None:
    source = HTML.format(body="raise SystemExit(3)")
    ended = run(worker, source)
    assert ended.result.kind is OutcomeKind.SUCCEEDED
    assert worker.value(ended.result) == 0


def test_huge_html_is_left_out(worker: WorkerProcess) -> None:
    source = HTML.format(body="return 'x' * 10_000_000")
    (record,) = run(worker, source).shown("execute_result")
    assert "text/html" not in record["data"]
    assert "text/plain" in record["data"]


def test_our_names_are_not_the_cells_variables(worker: WorkerProcess) -> None:
    from cellburst.payload.delta import unpack_delta

    result = run(worker, "%time x = 1\n!true", collect="namespace").result
    assert result.value is not None
    delta = unpack_delta(result.value, worker.blobs, {})
    assert set(delta.assigned) == {"x", "_exit_code"}
    assert delta.unreturned == {}


def test_no_files_are_made(start_worker: Start, tmp_path: Any) -> None:
    home = tmp_path / "home"
    home.mkdir()
    worker = start_worker(environment={"HOME": str(home), "IPYTHONDIR": str(home / "ipython")})
    assert run(worker, "%time 1").result.kind is OutcomeKind.SUCCEEDED
    assert list(home.iterdir()) == []
