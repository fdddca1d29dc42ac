"""The images that machines boot from, asked of the fake cloud's Systems Manager."""

from __future__ import annotations

import pytest

from cellburst.aws import images
from cellburst.aws.ec2 import Ec2
from cellburst.aws.session import Session
from cellburst.errors import CloudError
from cellburst.testing.fakecloud import FakeCloud


def test_an_image_that_is_named_is_taken_as_it_is() -> None:
    assert images.find(Session(region="us-east-1"), "ami-0123456789abcdef0") == "ami-0123456789abcdef0"


@pytest.mark.slow
def test_the_newest_public_image_fits_the_type(cloud: FakeCloud) -> None:
    session = Session(region="us-east-1")
    found = {
        (arch, gpu): images.find(session, arch=arch, gpu=gpu) for arch in ("x86_64", "arm64") for gpu in (False, True)
    }
    assert len(set(found.values())) == 4
    root, size = Ec2(session).image(found["x86_64", False])
    assert root == "/dev/sda1"
    assert size >= 0
    path = "/aws/service/canonical/ubuntu/server/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id"
    assert images.find(session, path).startswith("ami-")
    with pytest.raises(CloudError):
        images.find(session, "/no/such/parameter")
