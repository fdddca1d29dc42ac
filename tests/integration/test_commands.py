"""`cellburst run` with real programs, scripts and notebooks on real workers."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner, Result

import cellburst
from cellburst.cli.main import cli
from cellburst.errors import CommandFailed, NotebookFailed
from tests.integration.shared import shared_folders as shared_folders

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def ran(*arguments: str) -> Result:
    found = invoke("run", *arguments)
    assert found.exit_code == 0, found.output
    return found


def last() -> cellburst.Run:
    return cellburst.attach("last")


def rows() -> list[Any]:
    return last().results.rows()


def test_a_command_runs_once_for_each_combination() -> None:
    shown = ran("-p", "a=1,2", "-p", "b=x,y", "--name", "both", "--", "sh", "-c", "echo {a}-{b}; echo no >&2")
    assert sorted(last().logs(index) for index in range(4)) == [f"{a}-{b}\nno\n" for a in "12" for b in "xy"]
    assert [row.metrics for row in rows()] == [{"exit_code": 0}] * 4
    assert "4 succeeded" in shown.output
    assert last().name == "both"
    assert last().code == "sh -c 'echo {a}-{b}; echo no >&2'"


def test_each_task_has_a_line_however_fast_it_is_and_a_search_says_what_it_found(folder: Path) -> None:
    output = ran("-p", "rate=1,2", "--", "true", "{rate}").output.splitlines()
    assert sorted(line.split()[1:3] for line in output if line.startswith("✓")) == [["0", "rate=1"], ["1", "rate=2"]]
    (folder / "sweep.yaml").write_text("metric: {name: loss}\nparameters: {x: {min: 1, max: 4}}")
    words = ["--search", "grid", "--", "sh", "-c", 'echo "{{\\"loss\\": {x}}}" > $CELLBURST_METRICS']
    assert "a search of" in ran("--over", "sweep.yaml", "--dry-run", *words).output
    found = ran("--over", "sweep.yaml", *words).output
    assert "best loss 1 (x=1)" in found


def test_an_exit_code_is_a_failure_with_its_words() -> None:
    found = invoke("run", "-p", "code=0,3", "--", "sh", "-c", "echo last words; exit {code}")
    assert found.exit_code == 1
    assert "sh ended with exit code 3" in found.output
    assert "last words" in found.output
    assert [row.metrics["exit_code"] for row in rows()] == [0, 3]
    error = last().errors[1]
    assert isinstance(error, CommandFailed)
    assert (error.program, error.exit_code) == ("sh", 3)


def test_a_command_that_is_killed_says_by_what() -> None:
    assert invoke("run", "--", "sh", "-c", "kill -9 $$").exit_code == 1
    assert "SIGKILL" in str(last().errors[0])


def test_lines_of_a_file_are_queued_as_in_a_shells_loop(folder: Path) -> None:
    (folder / "models.txt").write_text("arima\nets\n# none\nprophet\n")
    ran("--name", "batch {file}", "--each", "model=@models.txt", "--", "echo", "{model}")
    assert last().name == "batch models"
    assert [last().logs(index) for index in range(3)] == ["arima\n", "ets\n", "prophet\n"]


def test_batches_are_several_words() -> None:
    ran("--each", "n=range(5)", "--batch", "2", "--", "echo", "{n}")
    assert [last().logs(index) for index in range(3)] == ["0 1\n", "2 3\n", "4\n"]


def test_what_a_task_is_told_and_leaves(folder: Path) -> None:
    script = """
import json, os
from pathlib import Path
told = {name: value for name, value in os.environ.items() if name.startswith("CELLBURST_")}
Path(told["CELLBURST_OUTPUT_DIR"], "told.json").write_text(json.dumps(told))
Path(told["CELLBURST_OUTPUT_DIR"], "deep").mkdir()
Path(told["CELLBURST_OUTPUT_DIR"], "deep", "x.bin").write_bytes(bytes(100_000))
Path(told["CELLBURST_METRICS"]).write_text(json.dumps({"loss": 0.5}))
import cellburst
cellburst.log(accuracy=0.75)
"""
    (folder / "train.py").write_text(script)
    ran("-p", "lr=0.1", "--seed", "5", "--", "train.py", "--unused={lr}")
    run = last()
    assert [entry.path for entry in run.files(0)] == ["told.json", "deep/x.bin"]
    run.save_files(folder / "kept")
    told = json.loads((folder / "kept" / "0" / "told.json").read_text())
    assert (folder / "kept" / "0" / "deep" / "x.bin").read_bytes() == bytes(100_000)
    assert told["CELLBURST_RUN_ID"] == run.id
    assert (told["CELLBURST_TASK_INDEX"], told["CELLBURST_TASK_COUNT"], told["CELLBURST_ATTEMPT"]) == ("0", "1", "1")
    assert json.loads(told["CELLBURST_PARAMS"]) == {"lr": 0.1}
    metrics = rows()[0].metrics
    assert (metrics["loss"], metrics["accuracy"], metrics["exit_code"]) == (0.5, 0.75, 0)
    assert "loss" in run.frame().columns


def test_files_are_listed_and_fetched(folder: Path) -> None:
    ran("-p", "n=1,2", "--", "sh", "-c", "echo {n} > $CELLBURST_OUTPUT_DIR/n.txt")
    listed = invoke("files", "last").output
    assert "0/n.txt" in listed
    assert "1/n.txt" in listed
    assert invoke("files", "last", "1", "--to", "there").exit_code == 0
    assert (folder / "there" / "1" / "n.txt").read_text() == "2\n"
    assert not (folder / "there" / "0").exists()
    again = invoke("files", "last", "1", "--to", "there")
    assert again.exit_code == 2
    assert "is there already" in again.output


def test_comments_of_a_script_are_options(folder: Path) -> None:
    (folder / "train.py").write_text(
        "# CELLBURST retries=2 -p lr=0.1,0.2\n# CELLBURST name='from {script}'\nprint(1)\n"
    )
    ran("--", "train.py", "{lr}")
    assert last().record.options.retries == 2
    assert last().count == 2
    assert last().name == "from train.py"
    ran("--retries", "0", "-p", "lr=1", "--", "train.py", "{lr}")
    assert last().record.options.retries == 0
    assert last().count == 1
    (folder / "wrong.py").write_text("# CELLBURST retrys=2\n")
    found = invoke("run", "--", "wrong.py")
    assert found.exit_code == 2
    assert "wrong.py, line 1: No such option" in found.output
    assert "--retries" in found.output


def notebook(folder: Path, *sources: str) -> None:
    book = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    book.cells = [nbformat.v4.new_code_cell(source) for source in sources]
    book.cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(book, folder / "a.ipynb")


@pytest.mark.slow
def test_results_of_commands_are_kept_by_what_they_read(folder: Path) -> None:
    (folder / "data.txt").write_text("1")
    (folder / "one.py").write_text("import sys, cellburst; cellburst.log(read=float(open(sys.argv[1]).read()))")

    def cached(*words: str) -> list[bool]:
        ran("--cache", *words)
        return [bool(row.cached) for row in rows()]

    words = ("-p", "n=1,2", "--", "one.py", "data.txt", "{n}")
    assert cached(*words) == [False, False]
    assert cached("-p", "n=2,1,3", *words[2:]) == [True, True, False]
    assert "cached" in ran("--cache", *words).output.splitlines()[1]
    (folder / "data.txt").write_text("2")
    assert cached(*words) == [False, False]
    (folder / "one.py").write_text((folder / "one.py").read_text() + "\n")
    assert cached(*words) == [False, False]
    named = ("-p", "file=data.txt,one.py", "--", "wc", "{file}")
    assert (cached(*named), cached(*named)) == ([False, False], [True, True])
    (folder / "data.txt").write_text("3")
    assert cached(*named) == [False, False]
    assert cached("-p", "n=1", "--", "echo", "{index}", "{n}") == [False]
    assert cached("-p", "n=5,1", "--", "echo", "{index}", "{n}") == [False, False]


def test_messages_of_the_shell_name_its_own_commands() -> None:
    for words in (["continue", "zzz"], ["show", "zzz"], ["retry", "zzz"]):
        found = invoke(*words)
        assert found.exit_code == 2
        assert "`cellburst runs` lists them" in found.output


def test_a_notebook_is_executed_and_kept(folder: Path) -> None:
    notebook(
        folder, "n = 1\nname = 'x'", "print(name, n * 2)", "import cellburst; cellburst.log(double=n * 2)\nn / (n - 7)"
    )
    found = invoke("run", "-p", "n=5,7", "--const", "name=it's", "--", "a.ipynb")
    assert found.exit_code == 1
    run = last()
    assert run.logs(0).startswith("it's 10\n")
    assert rows()[0].metrics["double"] == 10
    assert isinstance(run.errors[1], NotebookFailed)
    assert "ZeroDivisionError" in str(run.errors[1])
    for index in range(2):
        run.save_files(folder / "kept", index)
        book = nbformat.read(folder / "kept" / str(index) / "a.ipynb", as_version=4)
        assert book.cells[1].metadata.tags == ["injected-parameters"]
    assert book.cells[3].outputs[0].ename == "ZeroDivisionError"


def test_bad_input_is_answered_before_anything_starts(folder: Path) -> None:
    (folder / "x.csv").write_text('a,b\n1,"2\n')
    for arguments, said in {
        ("--", "no-such-program"): "there is no program no-such-program",
        ("-p", "a=1", "--", "echo", "{b}"): "{b}: there is no parameter of that name",
        ("-p", "a=1", "-p", "a=2", "--", "echo", "{a}"): "-p a: given twice",
        ("-p", "1a=1", "--", "echo"): "1a",
        ("-p", "a=range(200000)", "--", "echo", "{a}"): "200,000",
        ("--timeout", "2x", "--", "echo"): "is not a time",
        ("--target", "nowhere", "--", "echo"): "there is no target 'nowhere'",
    }.items():
        found = invoke("run", *arguments)
        assert found.exit_code in (1, 2), found.output
        assert said in found.output, found.output
    assert json.loads(invoke("runs", "--json").output or "[]") == [] or all(
        run["name"] != "echo" for run in json.loads(invoke("runs", "--json").output)
    )


def test_a_dry_run_shows_the_words(folder: Path) -> None:
    found = ran("-p", "a=range(20)", "--dry-run", "--", "echo", "{a}", "{seed}")
    assert "echo 0 <seed>" in found.output
    assert "10 more" in found.output


def test_an_interrupt_cancels_what_runs(folder: Path) -> None:
    command = "echo $$ > pid{n}; exec sleep 600"
    words = [sys.executable, "-c", "from cellburst.cli.main import main; main()", "run", "-p", "n=1,2", "--"]
    process = subprocess.Popen(
        [*words, "sh", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    run = last()
    while run.counts.running < 2 or not all((folder / f"pid{n}").exists() for n in (1, 2)):
        run.explain()
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "cancelled" in said
    assert run.counts.cancelled == 2
    for n in (1, 2):
        with pytest.raises(ProcessLookupError):
            os.kill(int((folder / f"pid{n}").read_text()), 0)


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed (Debian: r-base-core)")
@pytest.mark.slow
def test_a_script_in_r(folder: Path) -> None:
    (folder / "build_models.R").write_text(
        """# CELLBURST timeout=2m
model <- commandArgs(trailingOnly = TRUE)[1]
set.seed(as.integer(as.numeric(Sys.getenv("CELLBURST_SEED")) %% 2^31))
fit <- lm(mpg ~ wt, data = mtcars)
cat("model", model, "\\n")
saveRDS(fit, file.path(Sys.getenv("CELLBURST_OUTPUT_DIR"), paste0(model, ".rds")))
cat(sprintf('{"r2": %.4f, "model": "%s"}', summary(fit)$r.squared, model), file = Sys.getenv("CELLBURST_METRICS"))
if (model == "bad") quit(status = 4)
"""
    )
    (folder / "models.txt").write_text("one\nbad\n")
    found = invoke(
        "run", "--name", "batch {file}", "--each", "model=@models.txt", "--", "Rscript", "build_models.R", "{model}"
    )
    assert found.exit_code == 1
    good, bad = rows()
    assert good.metrics == {"r2": 0.7528, "model": "one", "exit_code": 0}
    assert bad.metrics["exit_code"] == 4
    assert "model one" in last().logs(0)
    assert [entry.path for entry in last().files(0)] == ["one.rds"]
