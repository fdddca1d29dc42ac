"""What policies allow and deny, as AWS reads them."""

from __future__ import annotations

from typing import Any

import pytest

from cellburst.testing.fakecloud.server.policies import Needed, allows, effects_of

pytest.importorskip("moto")


def policy(**statement: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", **statement}]}


GET = Needed("s3:GetObject", "arn:aws:s3:::bucket/run/1", {"s3:prefix": "run/", "aws:requesttag/run": "r1"})


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        ({"Action": "s3:GetObject"}, True),
        ({"Action": ["s3:Put*", "s3:get*"]}, True),
        ({"Action": "*"}, True),
        ({"Action": "s3:PutObject"}, False),
        ({"NotAction": "s3:PutObject"}, True),
        ({"NotAction": "s3:Get*"}, False),
        ({"Action": "*", "Resource": "arn:aws:s3:::bucket/run/*"}, True),
        ({"Action": "*", "Resource": "arn:aws:s3:::bucket"}, False),
        ({"Action": "*", "Resource": ["arn:aws:s3:::other/*", "arn:aws:s3:::b?cket/*"]}, True),
        ({"Action": "*", "NotResource": "arn:aws:s3:::bucket/*"}, False),
        ({"Action": "*", "Condition": {"StringLike": {"s3:prefix": ["run/*", "x"]}}}, True),
        ({"Action": "*", "Condition": {"StringEquals": {"s3:prefix": "run"}}}, False),
        ({"Action": "*", "Condition": {"StringEquals": {"aws:RequestTag/run": "r1"}}}, True),
        ({"Action": "*", "Condition": {"Null": {"aws:RequestTag/run": "false"}}}, True),
        ({"Action": "*", "Condition": {"Null": {"aws:RequestTag/run": "true"}}}, False),
        ({"Action": "*", "Condition": {"Null": {"s3:if-none-match": "true"}}}, True),
        ({"Action": "*", "Condition": {"StringEquals": {"absent": "x"}}}, False),
        ({"Action": "*", "Condition": {"StringNotEquals": {"absent": "x"}}}, True),
        ({"Action": "*", "Condition": {"StringEqualsIfExists": {"absent": "x"}}}, True),
        ({"Action": "*", "Condition": {"StringLike": {"s3:prefix": "run/*"}, "Bool": {"absent": "true"}}}, False),
    ],
)
def test_a_statement(statement: dict[str, Any], allowed: bool) -> None:
    assert allows([policy(**statement)], GET) is allowed


def test_a_denial_wins() -> None:
    assert not allows([policy(Action="*"), policy(Effect="Deny", Action="s3:Get*")], GET)


def test_no_policy_allows_nothing() -> None:
    assert not allows([], GET)


@pytest.mark.parametrize(
    ("who", "about"),
    [
        ("*", True),
        ({"AWS": "*"}, True),
        ({"AWS": ["arn:aws:iam::123456789012:user/me"]}, True),
        ({"AWS": "123456789012"}, True),
        ({"AWS": "arn:aws:iam::123456789012:root"}, True),
        ({"AWS": "arn:aws:iam::123456789012:user/you"}, False),
        ({"Service": "ec2.amazonaws.com"}, False),
    ],
)
def test_a_resources_policy_is_about_its_principals(who: Any, about: bool) -> None:
    found = effects_of(policy(Action="*", Principal=who), GET, "arn:aws:iam::123456789012:user/me")
    assert found == ({"Allow"} if about else set())
