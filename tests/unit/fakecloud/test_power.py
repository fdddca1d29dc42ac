"""What shutdown(8) and its relatives are understood to ask for."""

from __future__ import annotations

import datetime

import pytest

from cellburst.testing.fakecloud.machines.power import Request, understood

NOON = datetime.datetime(2026, 1, 1, 12, 0, 0)


@pytest.mark.parametrize(
    ("line", "request_"),
    [
        ("shutdown -h now", Request()),
        ("shutdown -P +0", Request()),
        ("shutdown -h +120", Request(7200.0)),
        ("shutdown -h 30", Request(1800.0)),
        ("shutdown", Request(60.0)),
        ("shutdown -h 12:05", Request(300.0)),
        ("shutdown -h 11:55", Request(86100.0)),
        ("shutdown -r now", Request(restart=True)),
        ("shutdown -c", Request(cancel=True)),
        ("poweroff ", Request()),
        ("halt -p", Request()),
        ("reboot ", Request(restart=True)),
        ("systemctl poweroff", Request()),
        ("systemctl --no-block reboot", Request(restart=True)),
        ("systemctl restart sshd", None),
        ("systemctl ", None),
    ],
)
def test_what_is_asked_for(line: str, request_: Request | None) -> None:
    assert understood(line, NOON) == request_


def test_a_time_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="soon"):
        understood("shutdown -h soon", NOON)
