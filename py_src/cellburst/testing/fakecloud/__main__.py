"""``python -m cellburst.testing.fakecloud``: a fake cloud for the terminal."""

from __future__ import annotations

import argparse
import signal
import sys

from cellburst.errors import CellburstError
from cellburst.testing.fakecloud import standing
from cellburst.testing.fakecloud.cloud import FakeCloud
from cellburst.testing.fakecloud.facts import Options


def main(words: list[str]) -> int:
    """Run it until interrupted, or start, find or stop the one that stays; the exit code."""
    given = _parser().parse_args(words)
    try:
        if given.stop:
            return _stop()
        if given.status:
            return _status()
        return _detach(given) if given.detach else _run(given)
    except (CellburstError, LookupError) as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m cellburst.testing.fakecloud", description="A cloud on this machine.")
    parser.add_argument("--port", type=int, default=0, help="where it listens on 127.0.0.1 (default: a free one)")
    parser.add_argument("--seed", type=int, default=0, help="prices, boot times and faults are the same for the same")
    parser.add_argument("--speed", type=float, default=60.0, help="how much faster than EC2 it boots and reclaims")
    parser.add_argument("--region", default="us-east-1")
    parser.add_argument("--iam", action="store_true", help="enforce policies")
    parser.add_argument("--internet", action="store_true", help="let machines out, as far as this host gets")
    parser.add_argument("--machines", choices=["best", "isolated", "plain", "none"], default="best")
    parser.add_argument("--detach", action="store_true", help="start one that stays, or find it")
    parser.add_argument(
        "--idle-minutes", type=float, default=standing.IDLE / 60, help="a detached one ends after so long without use"
    )
    parser.add_argument("--status", action="store_true", help="what the detached one runs, and what that costs")
    parser.add_argument("--stop", action="store_true", help="end the detached one with all its machines")
    return parser


def _run(given: argparse.Namespace) -> int:
    options = _options(given)
    with FakeCloud(
        port=options.port,
        seed=options.seed,
        speed=options.speed,
        region=options.region,
        machines=options.machines,
        iam=options.iam,
        internet=options.internet,
    ) as cloud:
        _show(cloud)
        try:
            signal.pause()
        except KeyboardInterrupt:
            print()
            _bill(cloud)
    return 0


def _options(given: argparse.Namespace) -> Options:
    idle = given.idle_minutes * 60
    return Options(
        given.port,
        given.seed,
        given.speed,
        given.region,
        given.machines,
        given.iam,
        idle,
        internet=given.internet,
    )


def _detach(given: argparse.Namespace) -> int:
    _show(FakeCloud.attached(standing.find_or_start(_options(given))))
    return 0


def _status() -> int:
    found = standing.find()
    if found is None:
        print("no fake cloud runs")
        return 1
    cloud = FakeCloud.attached(found)
    _show(cloud)
    for one in cloud.instances():
        print(f"{one.id}  {one.type:12} {one.zone}  {one.market:9}  {one.state:13}  {one.reason}")
    _bill(cloud)
    return 0


def _stop() -> int:
    found = standing.find()
    if found is None:
        print("no fake cloud runs")
        return 1
    cloud = FakeCloud.attached(found)
    _bill(cloud)
    cloud.stop()
    return 0


def _show(cloud: FakeCloud) -> None:
    """Its variables, for a shell's ``eval``, and what is less real than it could be, as comments."""
    for name, value in cloud.environment().items():
        print(f"export {name}={value}")
    for line in cloud.describe().lacking:
        print(f"# {line}")
    sys.stdout.flush()


def _bill(cloud: FakeCloud) -> None:
    bill = cloud.bill()
    print(f"# {len(bill.lines)} instances, {bill.billed / 3600:.2f} machine-hours billed, ${bill.dollars:.4f}")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
