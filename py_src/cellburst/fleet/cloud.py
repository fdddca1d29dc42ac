"""EC2 and IAM of one region for the runs of a target: what threads do, each answering with a fact."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from msgspec import Struct

from cellburst import faults
from cellburst.account import run_role
from cellburst.account.place import Place
from cellburst.aws import images, names, prices
from cellburst.aws.ec2 import Ec2
from cellburst.aws.instances import LaunchRefusedError, LaunchRequest, LaunchUnansweredError, Refused
from cellburst.aws.session import Session
from cellburst.environments.bootstrap import Parcel, user_data
from cellburst.errors import AccessError, CellburstError, CloudError
from cellburst.fleet import effects as fx
from cellburst.fleet import facts, offers
from cellburst.model.agent import AgentConfig
from cellburst.model.plan import Offer, Plan

DISK = 30
"""Gigabytes of a machine's disk where neither target nor image says more."""


@dataclass(frozen=True)
class Site:
    """What every machine of a run is launched with."""

    plan: Plan
    profile: str
    queue: str
    bucket: str
    prefix: str
    sender: str
    parcel: Parcel


class Image(Struct, frozen=True):
    """An image, the device of its root volume, and gigabytes."""

    id: str
    root: str
    size: int


@dataclass
class Cloud:
    """One account and region. Its methods may be called from any thread."""

    session: Session
    env: str
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _images: dict[tuple[str, str, bool], Image] = field(default_factory=dict)
    _groups: dict[tuple[str, tuple[str, ...]], str] = field(default_factory=dict)
    _zones: dict[tuple[str, ...], dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ec2 = Ec2(self.session)
        self._place: Place | None = None

    def place(self, bucket: str = "") -> Place:
        """Where this is. Raises AccessError."""
        with self._lock:
            if self._place is None or (bucket and self._place.bucket != bucket):
                self._place = Place.of(self.session, bucket)
            return self._place

    def launch(self, effect: fx.Launch, site: Site) -> facts.Answered | facts.Declined | facts.Unanswered:
        """Ask for machines."""
        faults.point("fleet.intent-acknowledged")
        try:
            made = self.ec2.launch(self._request(effect, site))
            faults.point("fleet.launch-sent")
        except LaunchUnansweredError as error:
            return facts.Unanswered(effect.run, effect.token, str(error))
        except LaunchRefusedError as error:
            return facts.Declined(effect.run, effect.token, error.reason, error.code, str(error.text))
        except AccessError as error:
            return facts.Declined(effect.run, effect.token, Refused.DENIED, error.code, str(error))
        except CloudError as error:  # before the launch itself: the image, the group, the subnets
            reason = Refused.WRONG if error.code else Refused.THROTTLED
            return facts.Declined(effect.run, effect.token, reason, error.code, str(error))
        except CellburstError as error:
            return facts.Declined(effect.run, effect.token, Refused.WRONG, "", str(error))
        return facts.Answered(effect.run, effect.token, tuple(made))

    def _request(self, effect: fx.Launch, site: Site) -> LaunchRequest:
        plan, offer, first = site.plan, effect.offer, effect.machines[0]
        image = self._image(plan, offer)
        subnet = self._subnet(plan, offer)
        return LaunchRequest(
            token=effect.token,
            count=len(effect.machines),
            least=effect.least,
            type=offer.type,
            market=offer.market,
            image=image.id,
            user_data=self._user_data(effect, site),
            zone=offer.zone,
            subnet=subnet,
            max_price=offer.dearest if offer.market == "spot" else None,
            profile=site.profile,
            group=self._group(plan),
            disk=max(_gigabytes(plan.disk) or DISK, image.size),
            root=image.root,
            tags=names.tags(self.env, effect.run, machine=first.name, token=effect.token, deadline=first.deadline),
        )

    def _user_data(self, effect: fx.Launch, site: Site) -> str:
        first, plan = effect.machines[0], site.plan
        agent = AgentConfig(
            run=effect.run,
            machine=first.name,
            bucket=site.bucket,
            prefix=site.prefix,
            queue=site.queue,
            region=plan.region,
            sender=site.sender,
            deadline=first.deadline,
            spot=effect.offer.market == "spot",
            workers=plan.workers,
            gpus=gpus_of_a_task(plan, effect.offer),
            larger=offers.step_of(plan, effect.offer.type),
            endpoint=plan.endpoint,
        )
        return user_data(agent, site.parcel, lifetime=first.deadline - first.requested)

    def _image(self, plan: Plan, offer: Offer) -> Image:
        key = (plan.image, offer.arch, bool(offer.gpus))
        with self._lock:
            if key not in self._images:
                found = images.find(self.session, plan.image, arch=offer.arch, gpu=bool(offer.gpus))
                self._images[key] = Image(found, *self.ec2.image(found))
            return self._images[key]

    def _group(self, plan: Plan) -> str:
        wanted = plan.group or names.SECURITY_GROUP
        with self._lock:
            key = (wanted, plan.subnets)
            if key not in self._groups:
                self._groups[key] = wanted if wanted.startswith("sg-") else self.ec2.group(wanted, plan.subnets)
            return self._groups[key]

    def _subnet(self, plan: Plan, offer: Offer) -> str:
        """The target's subnet in the offer's zone. Raises CloudError if it has none there."""
        if not plan.subnets:
            return ""
        with self._lock:
            if plan.subnets not in self._zones:
                self._zones[plan.subnets] = self.ec2.zones(plan.subnets)
            zones: Mapping[str, str] = self._zones[plan.subnets]
        for subnet in plan.subnets:
            if offer.zone in ("", zones.get(subnet)):
                return subnet
        raise CloudError(f"the target has no subnet in {offer.zone}", code="Unsupported")

    def look(self) -> facts.Seen | facts.Unseen:
        """Describe everything of this environment."""
        asked = time.time()
        try:
            return facts.Seen(tuple(self.ec2.find(self.env)), asked)
        except AccessError as error:
            return facts.Unseen(str(error), access=True)
        except CellburstError as error:
            return facts.Unseen(str(error))

    def end(self, ids: tuple[str, ...]) -> facts.Unseen | None:
        """End instances; what failed is said, and asked for again by the core."""
        try:
            self.ec2.end(ids)
        except CellburstError as error:
            return facts.Unseen(str(error), isinstance(error, AccessError))
        faults.point("fleet.ended")
        return None

    def console(self, instance: str) -> facts.ConsoleRead:
        """What an instance wrote."""
        try:
            return facts.ConsoleRead(instance, self.ec2.console(instance))
        except CellburstError:
            return facts.ConsoleRead(instance, "")

    def prices(self, types: tuple[str, ...]) -> facts.SpotPrices | None:
        """Spot prices now; None if they cannot be had: the last ones hold."""
        try:
            found = prices.spot(self.session, self.session.region_name, types)
        except CellburstError:
            return None
        return facts.SpotPrices({(each.type, each.zone): each.dollars for each in found})

    def role(self, run: str, deadline: float, digest: str, bucket: str) -> str:
        """The run's role; the name of its instance profile. Raises CloudError."""
        return run_role.make(self.session, self.place(bucket), self.env, run, deadline, digest)

    def remove_role(self, run: str) -> None:
        """Raises CloudError."""
        run_role.remove(self.session, run)


def _gigabytes(size: int) -> int:
    return -(-size // 10**9)


def encoded(public: bytes) -> str:
    """A public key as user data have it."""
    return public.hex()


def gpus_of_a_task(plan: Plan, offer: Offer) -> int:
    """So many each task has for itself; 0 where there are none, or where tasks share one."""
    return offer.gpus // plan.workers if plan.workers else min(1, offer.gpus)
