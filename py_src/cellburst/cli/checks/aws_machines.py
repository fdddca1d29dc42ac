"""The machines of a target: types, prices, quotas, zones, image, Python, and the permission to launch."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator

from cellburst.cli.checks.examined import Examined
from cellburst.cli.checks.finding import Finding, ok, problem, warning
from cellburst.errors import AccessError, CapacityError, CloudError

_OLD = 7 * 86400.0  # seconds after which prices are worth a word
_LOW_SCORE = 4  # of 10
_UV_SECONDS = 30.0


def check_types(found: Examined) -> Iterator[Finding]:
    """Which types fit, with prices that AWS is asked for if they are older than a day."""
    from cellburst.pricing import catalogue as prices
    from cellburst.pricing.asking import refreshed
    from cellburst.pricing.fitting import fits, fitting

    target, folder = found.target, found.folders.prices
    region = found.session.region_name
    known = prices.load(target.backend, region, folder)
    wanted = list(target.instance_type) or [fit.type.name for fit in fits(target, known)[:8]]
    spot = target.spot_policy != "on-demand"
    try:
        known = refreshed(lambda: found.session, known, target.backend, folder, found.now, wanted, spot=spot)
    except CloudError as error:
        yield warning("prices", f"AWS was not asked: {error}", "they are those of the last time, or of the package")
    found.offers = fitting(target, known)
    found.priced = known.dated(found.types)
    cheapest = min(found.offers, key=lambda offer: offer.price)
    text = f"{', '.join(found.types)}; from ${cheapest.price:.3g} an hour ({cheapest.type}, {cheapest.market})"
    yield ok("machines", text)


def check_prices(found: Examined) -> Iterator[Finding]:
    """How old the prices are."""
    if not found.offers:
        return
    age = max(0.0, found.now - found.priced)
    day = time.strftime("%Y-%m-%d %H:%M", time.localtime(found.priced))
    if age > _OLD:
        again = f"cellburst targets types --region {found.session.region_name} --refresh"
        yield warning("prices", f"of {day}, {age / 86400:.0f} days old", again)
    else:
        yield ok("prices", f"of {day}")


def check_quota(found: Examined) -> Iterator[Finding]:
    """How many such machines the account may have at once."""
    from cellburst.pricing import catalogue, quotas
    from cellburst.pricing.asking import account_quotas, cores_in_use

    if not found.offers:
        return
    region = found.session.region_name
    name = f"{found.target.backend}-{found.target.profile}"  # as plans call it: they know it then, too
    allowed = account_quotas(lambda: found.session, name, region, found.folders.prices, found.now, good=0.0)
    known = catalogue.load(found.target.backend, region, found.folders.prices)
    used = cores_in_use(lambda: found.session, name, found.folders.prices, found.now, known)
    free = quotas.left(allowed, used)
    for family, market in dict.fromkeys(quotas.key_of(offer) for offer in found.offers):
        if family and (family, market) in allowed:
            cores, taken = allowed[family, market], used.get((family, market), 0.0)
            least = min(offer.cpus for offer in found.offers if quotas.key_of(offer) == (family, market))
            what = f"{cores:g} {family} cores {'spot' if market == 'spot' else 'on demand'} in {region}"
            what += f", {taken:g} of them in use" if taken else ""
            if cores - taken < least:
                ask = f"ask for more: Service Quotas, EC2, {quotas.CODES[family, market]}"
                yield problem("quota", f"{what}; one machine needs {least}", ask)
            else:
                yield ok("quota", what)
    most = quotas.machines(found.offers, free)
    if most is not None and most < (found.target.parallel or 1):
        wanted = found.target.parallel
        yield warning("quota", f"{most} machines at once, {wanted} tasks wanted", "a run uses fewer machines, longer")


def check_zones(found: Examined) -> Iterator[Finding]:
    """Where the types are offered."""
    from cellburst.aws.offerings import zones

    if not found.offers:
        return
    offered = zones(found.session, found.types)
    for name, places in offered.items():
        usable = [place for place in places if not found.target.zones or place in found.target.zones]
        if not places:
            yield problem(
                "zones", f"{name} is not offered in {found.session.region_name}", "take another type or region"
            )
        elif not usable:
            there = ", ".join(places)
            yield problem("zones", f"{name} is not offered in {', '.join(found.target.zones)}", f"it is in {there}")
        else:
            yield ok("zones", f"{name} in {', '.join(usable)}")


def check_spot(found: Examined) -> Iterator[Finding]:
    """How likely spot requests are to be met, as EC2 itself rates it."""
    from cellburst.aws.offerings import spot_score

    types = list(dict.fromkeys(offer.type for offer in found.offers if offer.market == "spot"))
    if not types:
        return
    count = found.target.parallel or 1
    try:
        score = spot_score(found.session, types, count)
    except (AccessError, CloudError) as error:
        yield warning("spot", f"its chances are not known: {error}", "runs work without")
        return
    text = f"{score} of 10 for {count} machine{'s' if count > 1 else ''}, as EC2 rates its chances"
    if score < _LOW_SCORE:
        yield warning("spot", text, "name more types or zones, or --spot-policy spot_with_fallback")
    else:
        yield ok("spot", text)


def check_image(found: Examined) -> Iterator[Finding]:
    """The image that machines boot from."""
    from cellburst.aws import images

    if not found.offers:
        return
    first = found.offers[0]
    identity = images.find(found.session, found.target.image, arch=first.arch, gpu=bool(first.gpus))
    image = images.look(found.session, identity)
    if wrong := list(images.wrong(image, first.arch)):
        another = "name another image in the target, or none: the newest public one is taken"
        yield problem("image", f"{identity} {', and '.join(wrong)}", another)
        return
    found.image = identity
    public = f"(the newest public one for {first.arch})"
    yield ok("image", f"{identity} {image.name if found.target.image else public}".strip())


def check_python(found: Examined) -> Iterator[Finding]:
    """Whether machines can have this kernel's minor version of Python."""
    from cellburst.environments import platforms
    from cellburst.environments.lock import python_version

    version = python_version()
    if found.target.image:
        yield ok("Python", f"the image has to have {version}; a machine that finds none says so and ends")
        return
    arch = found.offers[0].arch if found.offers else found.target.arch
    platform = platforms.of_arch(arch)
    if _uv_has(version, platform):
        yield ok("Python", f"{version} for {platform}, by uv")
    else:
        yield problem("Python", f"uv has no Python {version} for {platform}", "use 3.10 to 3.13, or update uv")


def _uv_has(version: str, platform: str) -> bool:
    """Whether uv can install such a CPython there; it knows that without a network."""
    import uv

    system, machine = platform.split("-", 1)
    command = [uv.find_uv_bin(), "python", "list", version, "--only-downloads", "--all-platforms", "--offline"]
    listed = subprocess.run(command, capture_output=True, text=True, timeout=_UV_SECONDS, check=False)
    return any(
        line.startswith("cpython-") and f"-{system}-{machine}-gnu" in line for line in listed.stdout.splitlines()
    )


def check_launch(found: Examined) -> Iterator[Finding]:
    """Whether EC2 would launch a machine for us; it is asked, and launches none."""
    from cellburst.aws import offerings

    if not found.image or not found.offers:
        return
    try:
        offerings.check_launch(found.session, found.folders.env, found.image, found.types[0])
    except CapacityError as error:
        yield warning("launch", str(error), "try again later, or name more types")
    else:
        yield ok("launch", f"{found.types[0]} may be launched (asked, not done)")
