"""Asking the machine's own service, and the thread that does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cellburst.agent.crossing import Crossing
from cellburst.agent.metadata import Metadata
from cellburst.agent.spot import SpotThread
from cellburst.pool.loop import PoolLoop
from tests.processes import kept_signals
from tests.unit.agent.imds import Service, metadata_service

_ACTION = "/latest/meta-data/spot/instance-action"
_REBALANCE = "/latest/meta-data/events/recommendations/rebalance"


@pytest.fixture
def service() -> Iterator[Service]:
    with metadata_service() as found:
        yield found


def test_a_notice_is_a_time(service: Service) -> None:
    metadata = Metadata(service.address)
    assert metadata.interruption() is None
    service.answers[_ACTION] = '{"action": "terminate", "time": "2026-11-22T08:22:00Z"}'
    assert metadata.interruption() == 1795335720.0
    assert service.tokens == 1


def test_a_token_that_has_expired_is_asked_for_again(service: Service) -> None:
    metadata = Metadata(service.address)
    service.answers["/latest/meta-data/instance-id"] = "i-0abc"
    assert metadata.instance() == "i-0abc"
    service.expire()
    assert metadata.instance() == "i-0abc"


@pytest.mark.parametrize("answer", ["", "no JSON", '{"time": "soon"}', "[]"])
def test_what_is_no_notice_is_none(service: Service, answer: str) -> None:
    service.answers[_ACTION] = answer
    assert Metadata(service.address).interruption() is None


def test_without_an_address_it_asks_where_the_sdk_would(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    service.answers["/latest/meta-data/instance-id"] = "i-1"
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", service.address)
    assert Metadata().instance() == "i-1"


def test_nobody_there_is_no_notice() -> None:
    assert Metadata("http://127.0.0.1:9").interruption() is None


def test_the_thread_tells_of_a_risk_once_and_then_of_the_notice(service: Service) -> None:
    told: list[object] = []

    def at_risk() -> None:
        told.append("at risk")
        service.answers[_ACTION] = '{"action": "terminate", "time": "2026-11-22T08:22:00Z"}'

    def notice(moment: float) -> None:
        told.append(moment)
        loop.stop()

    service.answers[_REBALANCE] = '{"noticeTime": "2026-11-22T08:12:00Z"}'
    with kept_signals():
        loop = PoolLoop()
        SpotThread(Metadata(service.address), Crossing(loop), notice, at_risk, interval=0.01).start()
        loop.run()
    assert told == ["at risk", 1795335720.0]
