"""The real process, real agents on machines that boot, and the fake cloud: what is lost is replaced, and all ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cellburst.aws import names
from cellburst.aws.session import Session
from cellburst.model.machine import MachineState
from cellburst.model.outcome import OutcomeKind
from cellburst.model.plan import Offer
from cellburst.paths import Folders
from cellburst.settings import Settings
from cellburst.testing.fakecloud import FakeCloud
from cellburst.wire import fleet as wire
from tests.integration.fleet_owner import REGION, Owner, a_plan, a_run, set_up_account

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
Make = Callable[..., Owner]
SLOW = "import time\nfor _ in range(60):\n    time.sleep(0.1)\ntask.index * 2"


@pytest.fixture
def make(cloud: FakeCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    monkeypatch.setenv("CELLBURST_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CELLBURST_RUNTIME_DIR", str(tmp_path / "run"))
    folders = Folders.of(Settings.load())
    folders.create()
    set_up_account()
    owners: list[Owner] = []

    def owner(machines: int, tasks: int, source: str, *offers: Offer) -> Owner:
        owners.append(Owner(folders, a_run(a_plan(machines, *offers), tasks, folders, source), tmp_path / "log"))
        return owners[-1]

    yield owner
    for each in owners:
        each.stop()


def _succeeded(owner: Owner) -> bool:
    assert all(each.kind is OutcomeKind.SUCCEEDED for each in owner.results.values()), owner.results
    return len(owner.results) == owner.run.count


def _ends(owner: Owner, cloud: FakeCloud) -> None:
    owner.finish()
    owner.until(lambda owner: owner.finished, 120)
    assert not cloud.instances("pending", "running")
    assert Session(region=REGION).client("iam").list_roles(PathPrefix=names.ROLE_PATH)["Roles"] == []


def test_a_run_goes_through_all_states_and_leaves_nothing(make: Make, cloud: FakeCloud) -> None:
    owner = make(2, 4, "task.index * 2")
    owner.start()
    owner.until(_succeeded, 180)
    assert {result.worker.partition(".")[0] for result in owner.results.values()} <= {"m1", "m2"}
    _ends(owner, cloud)
    seen = [each.state for told in owner.told if isinstance(told, wire.MachinesChanged) for each in told.machines]
    assert set(seen) == set(MachineState)
    assert all(machine.ended and machine.billed for machine in owner.machines.values())
    assert cloud.calls()["ec2:RunInstances"] == 1


def test_a_reclaimed_machine_is_replaced_and_its_task_done_elsewhere(make: Make, cloud: FakeCloud) -> None:
    spot = Offer("m5.large", "spot", 0.03, f"{REGION}a", 2, 8 << 30, ceiling=0.096)
    owner = make(1, 3, SLOW, spot)
    owner.start()
    owner.until(lambda owner: any(isinstance(told, wire.TaskBegan) for told in owner.told), 180)
    cloud.reclaim(owner.machines["m1"].id, 60 * 8)
    owner.until(_succeeded, 150)
    assert "m2" in owner.machines
    assert owner.machines["m1"].state is MachineState.ENDED
    _ends(owner, cloud)


def test_the_next_process_goes_on_with_machines_that_never_noticed(make: Make, cloud: FakeCloud) -> None:
    owner = make(2, 4, SLOW)
    owner.start("fleet.told:kill:5")
    owner.until(_succeeded, 120)
    assert owner.starts == 2
    assert {each.id for each in cloud.instances()} == {each.id for each in owner.machines.values()}
    outcomes = [r.index for told in owner.told if isinstance(told, wire.Outcomes) for r in told.results]
    assert set(outcomes) == {0, 1, 2, 3}
    assert not [told.message for told in owner.told if isinstance(told, wire.Noted)]
    _ends(owner, cloud)
