"""The machines of a run: planned and priced before anything is packed, agreed to before anything starts."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec.structs import replace

from cellburst import pricing, targets, wiring
from cellburst.client.machines.agreeing import Show, agree
from cellburst.client.surroundings.elsewhere import leaving_home
from cellburst.errors import CellburstError, CloudError, StoreError, UsageError
from cellburst.model.plan import Plan
from cellburst.model.run import Run
from cellburst.model.search import Until
from cellburst.model.target import Target

if TYPE_CHECKING:
    from cellburst.aws.session import Session
    from cellburst.client.connecting.connection import Connection
    from cellburst.client.options.searching import Wanted
    from cellburst.client.options.submission import SubmitOptions
    from cellburst.pricing.quotas import Quotas

_CANDIDATES = 12  # types whose prices are asked for where only the machine's size was said


def target_of(options: SubmitOptions) -> Target:
    """The target that is meant, with what the options say of its machines. Raises UnknownTargetError, UsageError."""
    return targets.changed(targets.find(options.target), options.machines)


def plan_for(options: SubmitOptions, tasks: Wanted, code: str, connection: Connection) -> Plan | None:
    """The plan for a run of ``code``; None without machines. Asks for prices that are older than a day.

    Raises UsageError if there is no such target, nothing fits, or not for that money; CapacityError for a quota.
    """
    target = target_of(options)
    if not targets.has_machines(target):
        return None
    cloud = wiring.cloud_of(target, start=not options.dry_run)
    now, folder = time.time(), connection.folders.prices
    work = pricing.Work(
        tasks=_count(tasks),
        parallel=options.parallel or (_count(tasks) if tasks.view.kind == "copies" else None),
        mean=_mean(code, connection),
        timeout=options.timeout,
    )

    def connect() -> Session:
        if target.backend == "fakecloud" and not cloud:
            raise UsageError("the made-up cloud does not run yet")
        return session_of(target, cloud)

    catalogue, note = _priced(target, connect, now, connection)
    quotas: Quotas = {}
    used: Quotas = {}
    with suppress(CloudError, UsageError):  # whoever may not see quotas runs into them
        from cellburst.pricing.asking import account_quotas, cores_in_use

        account = f"{target.backend}-{target.profile}"
        quotas = account_quotas(connect, account, target.region, folder, now)
        used = cores_in_use(connect, account, folder, now, catalogue)
    found = pricing.plan(target, catalogue, work, quotas, used)
    return replace(found, endpoint=cloud.get("AWS_ENDPOINT_URL", ""), notes=(*found.notes, *note))


def settled(run: Run, plan: Plan, options: SubmitOptions, connection: Connection, show: Show | None = None) -> Run:
    """The run that may be submitted: the user has agreed to the plan, and it names what is the run's own.

    Raises UsageError if nobody agrees, AccessError without credentials, EnvironmentRefused.
    """
    target = target_of(options)
    silent = options.quiet and (options.yes or plan.worst <= target.confirm_above)
    agree(plan, target.confirm_above, yes=options.yes, show=_not_shown if silent else show)
    plan = pricing.named(plan, connection.folders.env, run.id)
    if not plan.bucket or target.backend == "fakecloud":
        plan = set_up(session_for(target), plan)
    from cellburst.environments import bootstrap, lock, platforms

    environment = lock.current(
        connection.folders, target=platforms.of_arch(plan.offers[0].arch), prebuilt=bootstrap.has_packages(plan)
    )
    payload, kept = leaving_home(run.payload)
    environment = replace(environment, left_out=(*environment.left_out, *kept))
    return replace(run, plan=plan, environment=environment, payload=payload)


def _not_shown(plan: Plan) -> None:
    """Nothing is shown of a plan that nobody is asked about, to somebody who wants quiet."""


def agreed_again(plan: Plan, target: str, *, yes: bool) -> None:
    """Somebody agrees to the same machines once more. Raises UsageError for a no."""
    there = targets.known()[0].get(target, Target(target))
    agree(plan, there.confirm_above, yes=yes)


def set_up(session: Session, plan: Plan) -> Plan:
    """The plan with its bucket; what runs need in a made-up account is made, and nobody need be asked about that."""
    from cellburst.account.place import Place
    from cellburst.account.standings import parts, setup
    from cellburst.aws import names

    plan = replace(plan, bucket=plan.bucket or names.bucket(session.identity().account, plan.region))
    if plan.provider == "fakecloud":
        for _ in setup(parts(session, Place.of(session, plan.bucket))):
            pass
    return plan


def session_for(target: Target) -> Session:
    """Clients of the target's account and region; a made-up cloud is started. Raises UsageError."""
    return session_of(target, wiring.cloud_of(target))


def session_of(target: Target, cloud: Mapping[str, str]) -> Session:
    """The same where ``cloud`` is what ``wiring.cloud_of`` said."""
    from cellburst.aws.session import Session

    keys = (cloud["AWS_ACCESS_KEY_ID"], cloud["AWS_SECRET_ACCESS_KEY"]) if "AWS_ACCESS_KEY_ID" in cloud else None
    profile = "" if keys else target.profile
    return Session(region=target.region, profile=profile, endpoint=cloud.get("AWS_ENDPOINT_URL", ""), keys=keys)


def _priced(
    target: Target, connect: Callable[[], Session], now: float, connection: Connection
) -> tuple[pricing.Catalogue, Sequence[str]]:
    """The catalogue, and a sentence if its prices should be newer and nobody could be asked."""
    folder = connection.folders.prices
    catalogue = pricing.load(target.backend, target.region, folder)
    spot = target.spot_policy != "on-demand"
    wanted = target.instance_type or _candidates(target, catalogue)
    if not catalogue.stale(wanted, now, spot=spot):
        return catalogue, ()
    try:
        from cellburst.pricing.asking import refreshed

        return refreshed(connect, catalogue, target.backend, folder, now, wanted, spot=spot), ()
    except (CloudError, UsageError) as error:
        nobody = f"nobody could be asked for prices of today ({error})"
        return catalogue, (nobody,) if target.backend != "fakecloud" else ()


def _candidates(target: Target, catalogue: pricing.Catalogue) -> tuple[str, ...]:
    """The cheapest types that fit, by the prices of the region that is bundled if there are no others."""
    known = catalogue if catalogue.on_demand else replace(pricing.bundled(), region=target.region)
    return tuple(fit.type.name for fit in pricing.fits(target, known)[:_CANDIDATES])


def _count(tasks: Wanted) -> int:
    """Tasks that there will be, at most."""
    if tasks.search is None:
        return tasks.view.count
    return tasks.search.most if isinstance(tasks.search, Until) else tasks.search.trials


def _mean(code: str, connection: Connection) -> float | None:
    """Mean seconds of a task in earlier runs of the same code."""
    from cellburst.client.machines.experience import experience

    try:
        known = experience(connection.reader, code)
    except (StoreError, CellburstError):
        return None
    return known.mean if known is not None else None
