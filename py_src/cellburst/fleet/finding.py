"""Looking for everything of ours in a region, by tag, and ending what was chosen."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from cellburst.account import run_role
from cellburst.account.place import Place
from cellburst.aws import names
from cellburst.aws.ec2 import Ec2
from cellburst.aws.errors import translated
from cellburst.aws.instances import GONE
from cellburst.aws.session import Session
from cellburst.errors import CloudError
from cellburst.fleet.orphans import Thing

_GP3 = 0.08 / 730  # dollars for a gigabyte and hour, us-east-1
_GONE_ALREADY = ("NonExistentQueue", "QueueDoesNotExist", "InvalidVolume.NotFound")
Price = Callable[[str, str], float | None]
"""Dollars an hour of a type in a market, as far as they are known."""


def find(session: Session, env: str, price: Price, bucket: str = "") -> list[Thing]:
    """All that has our tags, of every environment, in the region of ``session``. Raises CloudError."""
    place, now = Place.of(session, bucket), time.time()
    parts = (_machines(session, price, now), _volumes(session, now), _queues(session), _roles(session, place.region))
    return [*(thing for part in parts for thing in part), *_results(session, place, env)]


def _machines(session: Session, price: Price, now: float) -> Iterator[Thing]:
    for each in Ec2(session).find():
        if each.state not in GONE:
            rate = price(each.type, each.market)
            cost = None if rate is None else rate * max(60.0, now - each.launched) / 3600
            what = f"{each.type} {each.market} {each.state}"
            yield _thing("machine", each.id, each.tags, session, what, each.launched, rate, cost)


def _volumes(session: Session, now: float) -> Iterator[Thing]:
    """Volumes that belong to no machine: those of a machine go with it."""
    for volume, state, size, made, tags in Ec2(session).volumes():
        if state == "available":
            rate = _GP3 * size
            yield _thing("volume", volume, tags, session, f"{size} GB", made, rate, rate * (now - made) / 3600)


def _queues(session: Session) -> Iterator[Thing]:
    sqs = session.client("sqs")
    with translated("list queues"):
        for page in sqs.get_paginator("list_queues").paginate(QueueNamePrefix=f"{names.PREFIX}-"):
            for url in page.get("QueueUrls", ()):
                with _unless_gone():
                    tags = sqs.list_queue_tags(QueueUrl=url).get("Tags", {})
                    if names.RUN in tags:
                        asked = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["CreatedTimestamp"])
                        made = float(asked.get("Attributes", {}).get("CreatedTimestamp", 0)) or None
                        yield _thing("queue", url, tags, session, "", made, 0.0, 0.0)


def _roles(session: Session, region: str) -> Iterator[Thing]:
    for each in run_role.there(session):
        if each.region in ("", region):
            role = names.role(each.run)
            yield Thing("role", role, each.env, each.run, region, "", each.made, each.deadline, 0.0, 0.0)


def _results(session: Session, place: Place, env: str) -> Iterator[Thing]:
    """Runs of this environment that have objects in the bucket."""
    pages = session.client("s3").get_paginator("list_objects_v2")
    try:
        with translated("list the bucket"):
            for page in pages.paginate(Bucket=place.bucket, Prefix=f"{env}/", Delimiter="/"):
                for each in page.get("CommonPrefixes", ()):
                    run = each["Prefix"].split("/")[1]
                    if run not in ("blob", "env"):
                        yield Thing("results", f"s3://{place.bucket}/{each['Prefix']}", env, run, place.region)
    except CloudError as error:
        if error.code != "NoSuchBucket":
            raise


def _thing(
    kind: Any,
    identity: str,
    tags: Mapping[str, str],
    session: Session,
    what: str,
    made: float | None,
    rate: float | None,
    cost: float | None,
) -> Thing:
    env, run = tags.get(names.ENVIRONMENT, ""), tags.get(names.RUN, "")
    deadline = names.deadline_of(tags)
    return Thing(kind, identity, env, run, session.region_name, what, made, deadline, rate, cost)


def end(session: Session, things: Iterable[Thing]) -> Iterator[tuple[Thing, str]]:
    """End each, machines first; with a sentence on what went wrong ("": nothing)."""
    chosen = sorted(things, key=lambda thing: ("machine", "volume", "queue", "role", "results").index(thing.kind))
    machines = [thing for thing in chosen if thing.kind == "machine"]
    failed = ""
    try:
        Ec2(session).end([thing.id for thing in machines])
    except CloudError as error:
        failed = str(error)
    yield from ((thing, failed) for thing in machines)
    for thing in chosen:
        if thing.kind != "machine":
            try:
                _end(session, thing)
            except CloudError as error:
                yield thing, str(error)
            else:
                yield thing, ""


def _end(session: Session, thing: Thing) -> None:
    match thing.kind:
        case "volume":
            with _unless_gone():
                Ec2(session).delete_volume(thing.id)
        case "queue":
            with _unless_gone(), translated("delete a queue"):
                session.client("sqs").delete_queue(QueueUrl=thing.id)
        case "role":
            run_role.remove(session, thing.run)
        case "results":
            _delete_below(session, thing.id)


def _delete_below(session: Session, url: str) -> None:
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    s3 = session.client("s3")
    with translated("delete results"):
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            keys = [{"Key": each["Key"]} for each in page.get("Contents", ())]
            if keys:
                s3.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})


@contextmanager
def _unless_gone() -> Iterator[None]:
    """What is gone already need not be looked at, or deleted."""
    try:
        with translated("look at what is there"):
            yield
    except CloudError as error:
        if not any(code in error.code for code in _GONE_ALREADY):
            raise
