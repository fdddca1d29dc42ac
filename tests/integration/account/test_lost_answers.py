"""Setting up, a run's role and removing them come to the same, whichever answer of AWS gets lost on the way."""

from __future__ import annotations

import pytest

from cellburst.account import run_role, standings
from cellburst.account.place import Place
from cellburst.aws.session import Session
from cellburst.testing.fakecloud import FakeCloud

pytestmark = pytest.mark.slow
RUN = "8x1k3mq-a2b4"
_MAKING = (
    "CreateBucket",
    "PutBucketPolicy",
    "CreatePolicy",
    "CreateSecurityGroup",
    "RevokeSecurityGroupEgress",
    "AuthorizeSecurityGroupEgress",
    "CreateRole",
    "PutRolePolicy",
    "CreateInstanceProfile",
    "AddRoleToInstanceProfile",
)
_REMOVING = (
    "RemoveRoleFromInstanceProfile",
    "DeleteInstanceProfile",
    "DeleteRolePolicy",
    "DeleteRole",
    "DeleteSecurityGroup",
    "DeletePolicy",
    "DeleteBucket",
)


def test_every_lost_answer(cloud: FakeCloud, place: Place) -> None:
    session = Session(region="us-east-1")
    for action in (*_MAKING, *_REMOVING):
        fault = cloud.arm(action=action, lose=True, times=1)
        found = standings.parts(session, place)
        done = list(standings.setup(found))
        assert all(one.after.good for one in done), action
        run_role.make(session, place, "0123456789ab", RUN, 1.9e9, "d" * 64)
        assert [role.run for role in run_role.there(session)] == [RUN], action
        run_role.remove(session, RUN)
        assert run_role.there(session) == [], action
        list(standings.remove(found, lambda _: ""))
        assert not any(part.look().there for part in found), action
        assert cloud.met()[fault] == 1, f"{action} was not asked for"
        cloud.disarm()


def test_a_refusal_in_the_middle_is_made_good_the_next_time(cloud: FakeCloud, place: Place) -> None:
    session = Session(region="us-east-1")
    for action in ("CreatePolicy", "AuthorizeSecurityGroupEgress", "PutBucketPolicy"):
        cloud.arm(action=action, code="AccessDenied", times=1)
        with pytest.raises(Exception, match="may not"):
            list(standings.setup(standings.parts(session, place)))
        done = list(standings.setup(standings.parts(session, place)))
        assert all(one.after.good for one in done)
        list(standings.remove(standings.parts(session, place), lambda _: ""))
