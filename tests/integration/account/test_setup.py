"""Setting an account up, with no more rights than the policy that is printed."""

from __future__ import annotations

import pytest

from cellburst.account import standings
from cellburst.account.boundary import Boundary
from cellburst.account.bucket import Bucket
from cellburst.account.group import Group
from cellburst.account.place import Place
from cellburst.account.policies import user_policy
from cellburst.aws.ec2 import Ec2
from cellburst.aws.session import Session
from cellburst.errors import AccessError, CloudError
from cellburst.testing.fakecloud import FakeCloud
from tests.keyed_session import Keyed


def _set_up(person: Session, place: Place) -> list[standings.Done]:
    return list(standings.setup(standings.parts(person, place)))


def test_everything_is_made_once(person: Session, place: Place) -> None:
    assert Place.of(person) == place
    first = _set_up(person, place)
    assert [(done.before.there, done.changed, done.after.good) for done in first] == [(False, True, True)] * 3
    again = _set_up(person, place)
    assert [(done.before.good, done.changed) for done in again] == [(True, False)] * 3


def test_a_dry_run_makes_nothing(person: Session, place: Place) -> None:
    list(standings.setup(standings.parts(person, place), dry_run=True))
    assert [part.look().there for part in standings.parts(person, place)] == [False] * 3


def test_what_was_changed_is_named_and_put_right(root: Session, person: Session, place: Place) -> None:
    _set_up(person, place)
    s3, ec2, iam = (root.client(name) for name in ("s3", "ec2", "iam"))
    s3.delete_bucket_policy(Bucket=place.bucket)
    s3.delete_public_access_block(Bucket=place.bucket)
    s3.delete_bucket_lifecycle(Bucket=place.bucket)
    group = ec2.describe_security_groups(GroupNames=["cellburst-machines"])["SecurityGroups"][0]["GroupId"]
    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
    )
    ec2.authorize_security_group_egress(
        GroupId=group,
        IpPermissions=[{"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}],
    )
    everything = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
    iam.create_policy_version(PolicyArn=place.boundary, PolicyDocument=everything, SetAsDefault=True)

    bucket, boundary, rules = _set_up(person, place)
    assert len(bucket.before.wrong) == 3
    assert "public" in bucket.before.wrong[0]
    assert "machines something else" in boundary.before.wrong[0]
    assert rules.before.wrong == ("it lets in tcp 22",)
    assert rules.after.notes == ("it lets out tcp 5432, too, which is kept",)
    assert all(done.after.good for done in (bucket, boundary, rules))


def test_a_boundary_is_changed_more_often_than_iam_keeps_versions(person: Session, place: Place) -> None:
    for name in "abcdefg":
        Boundary(person, Place(place.account, place.region, f"data-of-{name}")).mend()
    found = Boundary(person, place)._current()
    assert found is not None
    named = {one.rpartition(":")[2] for one in found["Statement"][1]["Resource"]}
    assert named == {f"cellburst-{place.account}-*", *(f"data-of-{name}" for name in "abcdefg")}


def test_the_bucket_of_another_account_is_refused(root: Session, person: Session, place: Place) -> None:
    _set_up(person, place)
    other = Place("999999999999", place.region, place.bucket)
    with pytest.raises(AccessError, match="belongs to another account"):
        Bucket(root, other).look()
    with pytest.raises(AccessError, match="belongs to another account"):
        Bucket(root, other).mend()


def test_everything_is_removed(person: Session, place: Place) -> None:
    _set_up(person, place)
    person.client("s3").put_object(Bucket=place.bucket, Key="env/run/out/a", Body=b"result")
    found = standings.parts(person, place)
    assert isinstance(found[0], Bucket)
    assert found[0].holds() == 1
    assert [what for _, what in standings.remove(found, lambda _: "")] == ["removed"] * 3
    assert [what for _, what in standings.remove(found, lambda _: "")] == ["was not there"] * 3


def test_without_the_setup_part_nothing_shared_can_be_changed(cloud: FakeCloud, person: Session, place: Place) -> None:
    _set_up(person, place)
    runner = Keyed.of_variables(cloud.user("bob", user_policy(place, setup=False)))
    assert [part.look().good for part in standings.parts(runner, place)] == [True] * 3
    for doing in (
        lambda: Boundary(runner, place).remove(),
        lambda: Boundary(runner, place)._replace({"Version": "2012-10-17", "Statement": []}),
        lambda: Bucket(runner, place).remove(),
        lambda: Group(runner, place).remove(),
    ):
        with pytest.raises(AccessError, match="may not"):
            doing()


def test_nobody_without_rights_is_told_what_is_missing(cloud: FakeCloud, root: Session, place: Place) -> None:
    statement = {"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"}
    nobody = Keyed.of_variables(cloud.user("eve", {"Version": "2012-10-17", "Statement": [statement]}))
    with pytest.raises(AccessError, match=r"may not iam:GetPolicy .*--print-policy user"):
        Boundary(nobody, place).look()


def test_how_long_things_are_kept_is_changed_by_who_says_so(person: Session, place: Place) -> None:
    _set_up(person, place)
    Bucket(person, place, keep_days=90).mend()
    assert Bucket(person, place).look().good
    assert Bucket(person, place, keep_days=90).look().good
    assert "30 days" in Bucket(person, place, keep_days=30).look().wrong[0]
    Bucket(person, place).mend()
    assert Bucket(person, place, keep_days=90).look().good


def test_a_network_of_its_own_has_its_own_group(root: Session, person: Session, place: Place) -> None:
    _set_up(person, place)
    ec2 = root.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.1.0/24")["Subnet"]["SubnetId"]
    finder = Ec2(person)
    with pytest.raises(CloudError, match=f"setup aws --vpc {vpc}"):
        finder.group("cellburst-machines", [subnet])
    Group(person, place, vpc).mend()
    assert Group(person, place, vpc).look().good
    assert finder.group("cellburst-machines", [subnet]) != finder.group("cellburst-machines")
    assert Group(person, place, vpc).remove()
    assert Group(person, place).look().there
