from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cellburst.cli import doctor as doctor_command
from cellburst.cli.checks import environment, machine
from cellburst.cli.checks.finding import Finding
from cellburst.cli.checks.folders import check_folders, filesystem
from cellburst.cli.main import cli
from cellburst.paths import Folders
from cellburst.settings import Settings


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["doctor", *arguments])


def by_name(findings: list[Finding], what: str) -> Finding:
    return next(finding for finding in findings if finding.what == what)


def test_a_fresh_installation_has_no_problem() -> None:
    done = run()
    assert done.exit_code == 0, done.output
    assert "problem" not in done.output
    for what in ("Python", "cellburst", "ipykernel", "data folder", "SQLite", "controller", "pool", "cores", "memory"):
        assert f" {what} " in done.output


def test_it_creates_nothing(folders: Folders) -> None:
    run()
    assert not folders.data.exists()
    assert not folders.runtime.exists()


def test_json_has_the_same_findings() -> None:
    found = json.loads(run("--json").output)
    assert {finding["level"] for finding in found} <= {"ok", "warning"}
    assert all(set(finding) == {"level", "what", "found", "advice"} for finding in found)


def test_a_folder_that_others_can_read_is_a_problem_with_a_way_out(folders: Folders) -> None:
    folders.create()
    folders.data.chmod(0o755)
    done = run()
    assert done.exit_code == 1
    assert f"chmod 700 {folders.data}" in done.output
    assert "1 problem to solve first" in done.output


def test_folders_in_order_say_where_they_are(folders: Folders) -> None:
    folders.create()
    findings = list(check_folders(folders))
    assert by_name(findings, "data folder") == Finding("ok", "data folder", str(folders.data))


def test_a_file_of_targets_that_cannot_be_read_is_a_problem(folders: Folders) -> None:
    path = folders.targets
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('[gpu]\nbackend = "ec2"\nregion = "us-east-1"\n')
    assert "fakecloud, gpu, local" in run().output
    path.write_text("[gpu]\nbackend\n")
    broken = run()
    assert broken.exit_code == 1
    assert f"{path}, line 2" in broken.output
    path.unlink()
    path.mkdir()
    unreadable = run()
    assert unreadable.exit_code == 1
    assert "name another in CELLBURST_TARGETS" in unreadable.output


def test_an_unknown_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELLBURST_WROKERS", "3")
    findings = list(environment.check_settings())
    assert findings[0].level == "warning"
    assert "CELLBURST_WROKERS" in findings[0].found


def test_an_unreadable_setting_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELLBURST_WORKERS", "many")
    done = run()
    assert done.exit_code == 1
    assert "CELLBURST_WORKERS='many'" in done.output


def test_changed_settings_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELLBURST_WORKERS", "3")
    assert "workers" in list(environment.check_settings())[-1].found


def test_a_damaged_store_is_a_problem(folders: Folders) -> None:
    folders.create()
    folders.store.write_bytes(b"not a database" * 1000)
    done = run()
    assert done.exit_code == 1
    assert "cannot be read" in done.output


def test_the_file_of_a_controller_that_is_gone_means_that_none_runs(folders: Folders) -> None:
    folders.create()
    stale = {"socket": "x", "pid": 1, "start_time": 1, "boot_id": "another boot"}
    folders.controller_file.write_text(json.dumps(stale))
    done = run()
    assert done.exit_code == 0
    assert "not running" in done.output


def test_a_check_that_breaks_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(settings: Settings) -> None:
        raise RuntimeError("no such thing")

    monkeypatch.setattr(machine, "check_machine", broken)
    last = list(doctor_command.examine())[-1]
    assert last.level == "problem"
    assert "no such thing" in last.found


@pytest.mark.parametrize(
    ("folder", "kind"), [("/srv/me/data", "nfs4"), ("/srv2/me", "ext4"), ("/mnt/with space/x", "cifs"), ("/", "ext4")]
)
def test_the_file_system_is_that_of_the_longest_mount_point(tmp_path: Path, folder: str, kind: str) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text("/dev/a / ext4 rw 0 0\nserver:/x /srv nfs4 rw 0 0\n//s/x /mnt/with\\040space cifs rw 0 0\n")
    assert filesystem(Path(folder), mounts) == kind


def test_too_many_workers_are_warned_about() -> None:
    findings = list(machine.check_machine(Settings(workers=10_000)))
    assert by_name(findings, "cores").level == "warning"


def test_a_missing_package_is_named_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ["no-such-package>=3.0", "nothing>=1 ; extra == 'demo'"]
    monkeypatch.setattr(environment.metadata, "requires", lambda name: asked)
    assert next(iter(environment.check_packages())).advice == "pip install no-such-package"


def test_it_looks_at_what_the_installation_asks_for() -> None:
    assert {"cloudpickle", "ipython", "msgspec"} <= set(environment.needed())
    assert "jupyterlab" not in environment.needed()
