"""Which image a machine boots from: the target's own, or the newest public one that fits.

Public images are found through parameters of the Systems Manager that their makers keep, read here and not by EC2:
what a request names is then an image, and the same request means the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from msgspec import Struct

from cellburst.aws.errors import translated
from cellburst.aws.session import Session
from cellburst.errors import CloudError

_UBUNTU = "/aws/service/canonical/ubuntu/server/24.04/stable/current/{arch}/hvm/ebs-gp3/ami-id"
_AMAZON = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{arch}"
_GPU = "/aws/service/deeplearning/ami/{arch}/base-oss-nvidia-driver-gpu-ubuntu-22.04/latest/ami-id"
_UBUNTU_WORDS = {"x86_64": "amd64"}


def find(session: Session, wanted: str = "", *, arch: str = "x86_64", gpu: bool = False) -> str:
    """The id of the image: ``wanted`` is an id, the path of a parameter, or "" for the newest public one.

    Ubuntu, Amazon Linux 2023 where a region has no such Ubuntu, and with NVIDIA's driver (AWS's Deep Learning Base AMI)
    for GPUs. Raises CloudError, of which AccessError.
    """
    if wanted.startswith("ami-"):
        return wanted
    if wanted:
        return _value(session, wanted)
    if gpu:
        return _value(session, _GPU.format(arch=arch))
    try:
        return _value(session, _UBUNTU.format(arch=_UBUNTU_WORDS.get(arch, arch)))
    except CloudError as error:
        if error.code != "ParameterNotFound":
            raise
        return _value(session, _AMAZON.format(arch=arch))


class Image(Struct, frozen=True):
    """What EC2 says of an image; ``state`` is "available" for one that can be used."""

    id: str
    name: str
    arch: str
    state: str
    windows: bool


def look(session: Session, image: str) -> Image:
    """What is known of an image by its id. Raises CloudError, also if this account cannot use such an image."""
    one = described(session.client("ec2"), image)
    windows = str(one.get("Platform", "")).lower() == "windows"
    return Image(image, one.get("Name", ""), one.get("Architecture", ""), one.get("State", "available"), windows)


def described(client: Any, image: str) -> Mapping[str, Any]:
    """EC2's description of an image, asked by its client. Raises CloudError."""
    try:
        with translated(f"look for the image {image}"):
            found = client.describe_images(ImageIds=[image])["Images"]
    except CloudError as error:
        if not error.code.startswith("InvalidAMIID"):
            raise
        found = []
    if not found:
        raise CloudError(
            f"there is no image {image} in this region, or it is not shared with this account; "
            "copy or share it, or name another one as `image` of the target"
        )
    return cast("Mapping[str, Any]", found[0])


def wrong(image: Image, arch: str) -> Iterator[str]:
    """Why machines of an architecture cannot boot from it."""
    if image.state != "available":
        yield f"is {image.state}, not available"
    if image.arch and image.arch != arch:
        yield f"is for {image.arch}, the machines are {arch}"
    if image.windows:
        yield "is Windows, machines need Linux"


def _value(session: Session, parameter: str) -> str:
    with translated("look for the newest image"):
        answer = session.client("ssm").get_parameter(Name=parameter)
    value = str(answer["Parameter"]["Value"])
    if not value.startswith("ami-"):
        raise CloudError(f"the parameter {parameter} names {value!r}, which is no image of a machine")
    return value
