"""Policies as data: within AWS's limits, and without a way around."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cellburst.account.place import Place
from cellburst.account.policies import (
    boundary_policy,
    bucket_policy,
    run_policy,
    trust_policy,
    user_policy,
    written,
)
from cellburst.account.policies.document import same
from cellburst.testing.fakecloud.server.policies import Needed, allows, effects_of

PLACE = Place("123456789012", "ap-southeast-2", "cellburst-123456789012-ap-southeast-2")
ENV, RUN, DIGEST = "0123456789ab", "8x1k3mq-a2b4", "d" * 64


@pytest.mark.parametrize(
    ("policy", "limit"),
    [
        (user_policy(PLACE), 6144),  # a managed policy, without blanks
        (boundary_policy(PLACE, ("a-bucket-with-its-own-name",)), 6144),
        (run_policy(PLACE, ENV, RUN, DIGEST), 10240),  # inline in a role
        (trust_policy(PLACE), 2048),
        (bucket_policy(PLACE), 20480),
    ],
)
def test_the_limits_of_aws(policy: dict[str, Any], limit: int) -> None:
    assert len(written(policy)) <= limit
    sids = [each["Sid"] for each in policy["Statement"] if "Sid" in each]
    assert len(set(sids)) == len(sids)
    assert all(sid.isalnum() for sid in sids)


def _statements(policy: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for each in policy["Statement"]:
        for action in each["Action"]:
            for resource in each["Resource"]:
                yield action, resource, each


def test_whatever_changes_something_names_what() -> None:
    reading = ("Describe", "List", "Get")
    for action, resource, _ in _statements(user_policy(PLACE)):
        assert "*" not in action
        if resource == "*":
            assert action.partition(":")[2].startswith(reading), action


def test_machines_have_object_and_message_actions_only() -> None:
    for policy in (run_policy(PLACE, ENV, RUN, DIGEST), boundary_policy(PLACE)):
        services = {action.partition(":")[0] for action, _, _ in _statements(policy)}
        assert services == {"s3", "sqs"}
        removed = [resource for action, resource, _ in _statements(policy) if action == "s3:DeleteObject"]
        assert all(resource.endswith("/checkpoint/*") for resource in removed)
        assert all("cellburst-" in resource for _, resource, _ in _statements(policy))


def test_the_boundary_covers_all_that_a_run_needs() -> None:
    boundary = boundary_policy(PLACE)
    for action, resource, _ in _statements(run_policy(PLACE, ENV, RUN, DIGEST)):
        thing = resource.replace("*", "x")
        assert allows([boundary], Needed(action, thing, {"aws:resourceaccount": PLACE.account})), action
        if action.startswith("s3:"):
            assert not allows([boundary], Needed(action, thing, {"aws:resourceaccount": "999999999999"}))


@pytest.mark.parametrize(
    ("context", "denied"),
    [
        ({"s3:objectcreationoperation": "true"}, True),
        ({"s3:objectcreationoperation": "true", "s3:if-match": "etag"}, True),
        ({"s3:objectcreationoperation": "true", "s3:if-none-match": "*"}, False),
        ({"s3:objectcreationoperation": "false"}, False),  # a part, which makes no object
    ],
)
def test_outcomes_are_written_once_whoever_writes(context: dict[str, str], denied: bool) -> None:
    for part in ("done", "claim"):
        key = PLACE.object_arn(f"{ENV}/{RUN}/{part}/000000001.0")
        asked = Needed("s3:PutObject", key, {"aws:securetransport": "true", **context})
        assert effects_of(bucket_policy(PLACE), asked, "arn:aws:iam::1:root") == ({"Deny"} if denied else set())


def test_nothing_goes_over_the_network_in_clear() -> None:
    for action, arn in (("s3:GetObject", PLACE.object_arn("a")), ("s3:ListBucket", PLACE.object_arn())):
        asked = Needed(action, arn, {"aws:securetransport": "false"})
        assert effects_of(bucket_policy(PLACE), asked, "arn:aws:iam::1:user/a") == {"Deny"}


def test_other_parts_of_aws_have_other_names() -> None:
    china = Place("123456789012", "cn-north-1", "cellburst-123456789012-cn-north-1", "aws-cn")
    for policy in (user_policy(china), boundary_policy(china), run_policy(china, ENV, RUN)):
        assert "arn:aws:" not in written(policy)
    assert trust_policy(china)["Statement"][0]["Principal"]["Service"] == "ec2.amazonaws.com.cn"


def test_policies_that_say_the_same() -> None:
    first = bucket_policy(PLACE)
    told = {**first, "Statement": [dict(each) for each in reversed(first["Statement"])]}
    told["Statement"][0]["Action"] = "s3:PutObject"  # as AWS gives a list of one back
    assert same(first, told)
    told["Statement"][0]["Effect"] = "Allow"
    assert not same(first, told)


def test_a_bucket_of_another_name_is_part_of_them() -> None:
    named = Place(PLACE.account, PLACE.region, "data-of-the-lab")
    for policy in (user_policy(named), boundary_policy(named), run_policy(named, ENV, RUN)):
        assert "arn:aws:s3:::data-of-the-lab/" in written(policy)
    assert "data-of-the-lab" not in written(user_policy(PLACE))
    assert len(written(user_policy(named))) <= 6144
