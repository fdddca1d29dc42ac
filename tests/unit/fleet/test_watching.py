"""What becomes of machines, and what is done about it."""

from __future__ import annotations

from dataclasses import replace

from cellburst.aws import names
from cellburst.aws.errors import NO_NETWORK
from cellburst.aws.instances import Instance
from cellburst.bucket.records import News
from cellburst.fleet import effects as fx
from cellburst.fleet import facts
from cellburst.fleet.watching import BOOTS_WITHIN, FROZEN
from cellburst.model.machine import Machine, MachineState
from cellburst.model.outcome import LossReason, OutcomeKind, TaskResult
from cellburst.wire import fleet as wire
from tests.unit.fleet.house import ENV, GB, RUN, START, House, a_plan, offer


def _up(house: House, *names_: str) -> list[fx.Launch]:
    """Machines run."""
    launches = house.of(fx.Launch)
    for launch in launches:
        house.answer(launch)
    for name in names_:
        house.beat(name, MachineState.SETTING_UP)
        house.beat(name)
    return launches


def test_a_machine_goes_through_its_states() -> None:
    house = House(a_plan(machines=1), tasks=1)
    (launch,) = house.of(fx.Launch)
    states = [house.machines["m1"].state]
    house.answer(launch)
    states.append(house.machines["m1"].state)
    for state in (MachineState.SETTING_UP, MachineState.RUNNING):
        house.beat("m1", state)
        states.append(house.machines["m1"].state)
    (end,) = house.of(fx.End, house.hear(wire.Finish(RUN)))
    states.append(house.machines["m1"].state)
    assert end.ids == ("i-m1",)
    house.see(*house.instances(launch, "terminated", "Client.UserInitiatedShutdown"))
    states.append(house.machines["m1"].state)
    assert states == list(MachineState)
    assert house.of(fx.Clean)
    house.hear(facts.Cleaned(RUN))
    assert house.said(wire.Finished)
    assert RUN not in house.core.runs


def test_nothing_is_cleaned_while_a_machine_is_there() -> None:
    house = House(a_plan(machines=1), tasks=1)
    (launch,) = _up(house, "m1")
    house.hear(wire.Finish(RUN))
    house.see(*house.instances(launch, "shutting-down"))
    assert not house.of(fx.Clean)


def test_a_machine_that_ended_by_itself_costs_until_then_and_not_until_it_was_noticed() -> None:
    house = House(a_plan(machines=1), tasks=1)
    (launch,) = _up(house, "m1")
    house.now += 7200
    why = "User initiated (2027-01-15 08:10:00 GMT)"
    house.see(*house.instances(launch, "terminated", "Client.InstanceInitiatedShutdown", why))
    assert house.machines["m1"].ended == START + 600


def test_a_reclaimed_machine_is_replaced_while_work_is_left() -> None:
    house = House(a_plan(offer(market="spot"), machines=1), tasks=2)
    (launch,) = _up(house, "m1")
    gone = house.see(*house.instances(launch, "terminated", "Server.SpotInstanceTermination"))
    assert "reclaimed" in house.machines["m1"].reason
    assert house.of(fx.Gone, gone) == [fx.Gone(RUN, "m1")]
    assert not house.of(fx.Launch, gone + house.wait(2)), "what it has done may not be read yet"
    (second,) = house.of(fx.Launch, house.read())
    assert second.machines[0].name == "m2"


def test_after_a_sleep_nothing_is_launched_for_what_has_been_done() -> None:
    house = House(a_plan(machines=2), tasks=2)
    (launch,) = _up(house, "m1", "m2")
    house.now += 1000  # asleep; meanwhile the machines do everything and end themselves
    house.see(*house.instances(launch, "terminated", "Client.InstanceInitiatedShutdown"))
    house.wait(2)
    house.hear(facts.Followed(RUN, house.now, whole=False))  # there is more in the bucket than one look reads
    house.hear(facts.Settled(RUN, tuple(TaskResult(i, 1, 1, OutcomeKind.SUCCEEDED, house.now, 1.0) for i in (0, 1))))
    house.read()
    assert len(house.of(fx.Launch)) == 1


def test_machines_that_did_their_work_while_this_computer_slept_have_not_failed() -> None:
    house = House(a_plan(machines=2), tasks=3)
    (launch,) = house.of(fx.Launch)
    house.answer(launch)
    house.now += 1000
    house.see(*house.instances(launch, "terminated", "Client.InstanceInitiatedShutdown"))
    house.hear(facts.Heard(RUN, News("m1", 1, house.now - 500, MachineState.RUNNING)))
    house.hear(facts.Heard(RUN, News("m2", 1, house.now - 500, MachineState.RUNNING)))
    (again,) = house.of(fx.Launch, house.read())
    assert [machine.name for machine in again.machines] == ["m3", "m4"]
    assert not house.of(fx.ReadConsole)


def test_a_spot_machine_that_is_taken_away_before_it_ran_has_not_failed() -> None:
    house = House(a_plan(offer(market="spot"), machines=1), tasks=1)
    for name in ("m1", "m2", "m3"):
        launch = house.of(fx.Launch)[-1]
        house.answer(launch)
        why = f"spot machine taken away at 10:00:0{name[1]} UTC"
        house.hear(facts.Heard(RUN, News(name, 1, house.now, MachineState.SETTING_UP, why)))
        house.see(*house.instances(launch, "terminated", "Client.InstanceInitiatedShutdown"))
        house.read()
    assert len(house.of(fx.Launch)) == 4
    assert not house.of(fx.GiveUp)


def test_a_machine_that_falls_silent_is_told_of_before_it_is_replaced() -> None:
    house = House(a_plan(machines=2), tasks=2)
    _up(house, "m1", "m2")
    for _ in range(5):
        house.wait(15)
        house.beat("m2")
    assert house.standing == ("m1 has said nothing for over a minute: tasks go to others, replaced after 5 minutes")
    assert house.machines["m1"].reason == "it has said nothing for over a minute"
    house.beat("m1")
    assert (house.standing, house.machines["m1"].reason) == ("", "")


def test_a_network_that_is_gone_is_told_in_plain_words() -> None:
    house = House(a_plan(machines=1), tasks=1)
    _up(house, "m1")
    text = f"{NO_NETWORK}; is there a network, and such a region? (cannot list s3://b/c: ...)"
    house.hear(facts.Disturbed(RUN, text))
    assert house.standing == (
        "AWS cannot be reached from here: is there a network? Machines go on; what they do is fetched when it is back"
    )
    house.hear(facts.Followed(RUN, house.now))
    assert house.standing == ""
    house.wait(46)
    assert house.standing.startswith("AWS does not answer: is there a network? Machines go on")


def test_a_task_lost_twice_on_spot_gets_a_machine_that_is_not_taken_away() -> None:
    plan = a_plan(offer(market="spot", price=0.03), offer(), machines=1, spot_policy="spot_with_fallback")
    house = House(plan, tasks=1)
    for name in ("m1", "m2"):
        launch = house.of(fx.Launch)[-1]
        assert launch.offer.market == "spot"
        house.answer(launch)
        house.beat(name)
        back = wire.TaskBack(0, RUN, 0, 1, int(name[1:]), f"{name}.0", LossReason.RECLAIMED, "", house.now)
        house.hear(
            facts.Told(RUN, back),
            facts.Seen(tuple(house.instances(launch, "terminated", "Server.SpotInstanceTermination")), house.now),
        )
        house.read()
    assert house.of(fx.Launch)[-1].offer.market == "on-demand"


def test_out_of_memory_is_tried_on_the_next_larger_type() -> None:
    plan = a_plan(offer(), offer("m5.xlarge", price=0.2, memory=16 * GB), machines=1, escalate=True)
    house = House(plan, tasks=1)
    (launch,) = _up(house, "m1")
    assert (launch.offer.type, launch.larger) == ("m5.large", 0)
    back = wire.TaskBack(0, RUN, 0, 1, 1, "m1.0", LossReason.OUT_OF_MEMORY, "", house.now)
    house.hear(facts.Told(RUN, back))
    for _ in range(4):
        house.wait(15)
        house.beat("m1")
    assert house.of(fx.End)[-1].ids == ("i-m1",)
    house.see(*house.instances(launch, "terminated"))
    house.wait(2)
    larger = house.of(fx.Launch)[-1]
    assert (larger.offer.type, larger.larger) == ("m5.xlarge", 1)
    house.answer(larger)
    house.beat("m2")
    house.hear(facts.Told(RUN, replace_worker(back)))
    assert "no larger machine" in house.of(fx.GiveUp)[-1].sentence


def replace_worker(back: wire.TaskBack) -> wire.TaskBack:
    return wire.TaskBack(0, RUN, back.index, 1, 2, "m2.0", back.loss, "", back.at)


def test_idle_machines_end_when_fewer_tasks_wait() -> None:
    house = House(a_plan(machines=3), tasks=3)
    _up(house, "m1", "m2", "m3")
    house.beat("m1", held=(0,))
    house.core.runs[RUN].tasks = {0: 1}
    for _ in range(4):
        house.wait(15)
        house.beat("m1", held=(0,))
        house.beat("m2")
        house.beat("m3")
    assert {each for end in house.of(fx.End) for each in end.ids} == {"i-m2", "i-m3"}


def test_a_machine_that_never_boots_is_ended_with_what_its_console_says_and_two_stop_the_run() -> None:
    house = House(a_plan(machines=1), tasks=1)
    for name in ("m1", "m2"):
        launch = house.of(fx.Launch)[-1]
        assert launch.machines[0].name == name
        house.answer(launch)
        house.now += BOOTS_WITHIN + 1
        house.hear(facts.Followed(RUN, house.now))
        assert house.of(fx.ReadConsole)[-1].id == f"i-{name}"
        house.hear(facts.ConsoleRead(f"i-{name}", "booting\ncloud-init: no space left on device"))
        assert "no space left" in house.machines[name].reason
        house.see(*house.instances(launch, "terminated", "Client.UserInitiatedShutdown"))
        house.wait(2)
    assert len(house.of(fx.Launch)) == 2
    (given_up,) = house.of(fx.GiveUp)
    assert "2 machines failed in the same way" in given_up.sentence
    assert "no space left" in given_up.sentence


def test_user_data_that_fail_are_told_and_not_tried_for_ever() -> None:
    house = House(a_plan(machines=1), tasks=1)
    for name in ("m1", "m2"):
        launch = house.of(fx.Launch)[-1]
        house.answer(launch)
        house.hear(facts.Heard(RUN, News(name, 0, house.now, MachineState.SETTING_UP, "uv is not there")))
        house.see(*house.instances(launch, "terminated", "Client.InstanceInitiatedShutdown"))
        house.read()
        assert house.of(fx.ReadConsole)[-1].id == f"i-{name}"
        assert not house.of(fx.GiveUp)
        house.hear(facts.ConsoleRead(f"i-{name}", ""))
        house.wait(2)
    assert len(house.of(fx.Launch)) == 2
    assert "uv is not there" in house.of(fx.GiveUp)[-1].sentence


def test_out_of_money_says_how_to_go_on() -> None:
    house = House(a_plan(machines=1, max_cost=0.018, max_lifetime=660.0), tasks=2)
    (launch,) = _up(house, "m1")
    house.now += 30
    house.see(*house.instances(launch, "terminated", "Server.InternalError"))
    house.read()
    spent = "the $0.018 of this run (1 machine for 11 min) do not pay for another machine ($0.0017 spent)"
    then = "results so far are kept, `%remote retry --max-cost` goes on with more"
    assert house.of(fx.GiveUp)[-1].sentence == f"{spent}; {then}"


def test_a_run_that_goes_on_before_its_machines_are_gone_forgets_why_it_ended() -> None:
    house = House(a_plan(machines=1), tasks=1)
    for name in ("m1", "m2"):
        launch = house.of(fx.Launch)[-1]
        house.answer(launch)
        house.see(*house.instances(launch, "terminated", "Client.InstanceInitiatedShutdown"))
        house.read()
        house.hear(facts.ConsoleRead(f"i-{name}", ""))
    assert house.of(fx.GiveUp)
    served = house.core.runs[RUN]
    house.hear(wire.Finish(RUN), wire.Begin(served.run, ()), wire.Enqueue(RUN, (0,), (2,)))  # type: ignore[arg-type]
    assert house.of(fx.Launch)[-1].machines[0].name == "m3"


def test_a_sleeping_laptop_judges_nobody_by_its_own_silence() -> None:
    house = House(a_plan(machines=1), tasks=1)
    _up(house, "m1")
    house.now += 1000  # asleep
    assert not house.of(fx.End, house.hear())
    house.beat("m1")
    assert house.machines["m1"].state is MachineState.RUNNING


def test_a_silent_machine_is_asked_about_and_ended_only_after_minutes() -> None:
    house = House(a_plan(machines=1), tasks=1)
    (launch,) = _up(house, "m1")
    house.wait(61)
    house.hear(facts.Followed(RUN, house.now))
    house.see(*house.instances(launch))
    assert house.machines["m1"].state is MachineState.RUNNING
    house.wait(FROZEN)
    house.hear(facts.Followed(RUN, house.now))
    assert house.of(fx.End)[-1].ids == ("i-m1",)


def test_a_new_instance_that_ec2_does_not_show_yet_is_not_gone() -> None:
    house = House(a_plan(machines=1), tasks=1)
    (launch,) = house.of(fx.Launch)
    house.answer(launch)
    for _ in range(10):
        house.wait(10)
        house.see()
    assert house.machines["m1"].state is MachineState.BOOTING


def test_what_ec2_has_forgotten_is_gone_and_costs_no_more_than_to_its_deadline() -> None:
    house = House(a_plan(machines=1), tasks=1)
    _up(house, "m1")
    house.now += 8 * 3600
    house.see()
    house.now += 130
    house.see()
    assert house.machines["m1"].state is MachineState.ENDED
    assert house.machines["m1"].ended == house.machines["m1"].deadline


def test_machines_left_of_an_ended_run_are_ended_and_its_role_removed() -> None:
    left = Machine(RUN, "m1", "t1-1-1", MachineState.RUNNING, START, START + 3600, region="us-east-1", id="i-m1")
    house = House(a_plan(), tasks=0)
    house.core.runs.clear()
    ended = house.hear(wire.Attach(2, "0", "gpu", ENV, (left,)))
    assert house.of(fx.End, ended)[0].ids == ("i-m1",)
    house.see(Instance("i-m1", "terminated", token="t1-1-1", tags=names.tags(ENV, RUN)))
    assert house.of(fx.Clean)[-1] == fx.Clean(RUN, "us-east-1")


def test_what_is_past_its_deadline_and_ours_is_ended_and_nothing_else() -> None:
    house = House(a_plan(machines=1), tasks=1)

    def there(identity: str, env: str, deadline: float | None) -> Instance:
        return Instance(identity, "running", tags=names.tags(env, "other-run", token="x", deadline=deadline))

    found = house.see(
        there("i-late", ENV, START - 100),
        there("i-early", ENV, START + 100),
        there("i-foreign", "ffffffffffff", START - 1e6),
        there("i-never", ENV, None),
        replace(there("i-dead", ENV, START - 100), state="terminated"),
    )
    assert [end.ids for end in house.of(fx.End, found)] == [("i-late",)]


def test_a_machine_past_its_deadline_is_ended_from_here_too() -> None:
    house = House(a_plan(machines=1), tasks=1)
    _up(house, "m1")
    house.now = house.machines["m1"].deadline + 61
    house.beat("m1")
    assert house.of(fx.End)[-1].ids == ("i-m1",)


def test_role_and_queue_that_cannot_be_removed_are_left_to_reap_and_said() -> None:
    house = House(a_plan(machines=1), tasks=1)
    (launch,) = _up(house, "m1")
    house.hear(wire.Finish(RUN))
    house.see(*house.instances(launch, "terminated"))
    for _ in range(5):
        house.hear(facts.Cleaned(RUN, "DeleteConflict"))
        house.wait(61)
    assert "cellburst reap" in house.said(wire.Noted)[-1].message
    assert house.said(wire.Finished)


def test_trouble_with_aws_is_told_once_and_taken_back() -> None:
    house = House(a_plan(machines=1), tasks=1)
    for _ in range(3):
        house.hear(facts.Unseen("the AWS login has expired", access=True))
    house.see()
    assert [trouble.message for trouble in house.said(wire.Trouble)] == ["the AWS login has expired", ""]


def test_a_spot_machine_costs_the_mean_of_its_prices() -> None:
    house = House(a_plan(offer(market="spot", price=0.10, ceiling=0.40), machines=1), tasks=1)
    _up(house, "m1")
    house.now += 600
    assert house.of(fx.AskPrices, house.hear())[-1].types == ("m5.large",)
    house.hear(facts.SpotPrices({("m5.large", "a"): 0.20}))
    house.now += 600
    house.hear(facts.SpotPrices({("m5.large", "a"): 0.40}))
    house.now += 1200
    house.hear(facts.SpotPrices({("m5.large", "a"): 0.20}))
    spent = (0.20 * 600 + 0.40 * 600 + 0.20 * 1200) / 3600
    assert abs(house.machines["m1"].cost(house.now) - spent) < 0.05
    house.hear(facts.SpotPrices({("c5.large", "a"): 9.0}))
    assert house.machines["m1"].price < 0.4


def test_nothing_is_read_before_it_is_known_which_machines_there_are() -> None:
    before = Machine(
        RUN, "m1", "t9-1-1", MachineState.REQUESTING, START - 5, START + 3000, "m5.large", "us-east-1", "a"
    )
    house = House(a_plan(machines=1), tasks=1, machines=(before,))
    assert not house.of(fx.Follow)
    house.now += 1
    tags = names.tags(ENV, RUN, machine="m1", token="t9-1-1")
    done = house.see(Instance("i-m1", "running", token="t9-1-1", launched=START, tags=tags))
    order = [type(effect) for effect in done if isinstance(effect, fx.Expect | fx.Follow)]
    assert order == [fx.Expect, fx.Follow]


def test_a_run_that_goes_on_while_its_role_is_removed_is_begun_anew_by_the_next_process() -> None:
    house = House(a_plan(machines=1), tasks=1)
    (launch,) = _up(house, "m1")
    house.hear(wire.Finish(RUN))
    house.see(*house.instances(launch, "terminated"))
    assert house.of(fx.Clean)
    house.hear(wire.Begin(house.core.runs[RUN].run, ()))  # type: ignore[arg-type]
    house.hear(facts.Cleaned(RUN))
    assert house.core.leaving
    assert not house.said(wire.Finished)
