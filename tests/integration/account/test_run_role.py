"""What the machines of a run may do, and that a person may run with the policy that is printed: policies enforced."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cellburst.account import remains, run_role, standings
from cellburst.account.place import Place
from cellburst.account.policies import user_policy
from cellburst.aws import names
from cellburst.aws.announcing import Announced, announce
from cellburst.aws.session import Session
from cellburst.bucket.keys import registered
from cellburst.errors import AccessError, CloudError
from cellburst.testing.fakecloud import FakeCloud
from tests.keyed_session import Keyed

ENV, DIGEST = "0123456789ab", "d" * 64
RUN, OTHER = "8x1k3mq-a2b4", "8x1k3mq-ffff"
DEADLINE = 1_900_000_000.0


@pytest.fixture
def runner(cloud: FakeCloud, person: Session, place: Place) -> Session:
    """Who runs, after somebody else has set the account up."""
    list(standings.setup(standings.parts(person, place)))
    return Keyed.of_variables(cloud.user("bob", user_policy(place, setup=False)))


@pytest.fixture
def machine(root: Session, runner: Session, place: Place) -> Session:
    """A machine of RUN; OTHER has objects, too."""
    s3, sqs = runner.client("s3"), runner.client("sqs")
    for run in (RUN, OTHER):
        run_role.make(runner, place, ENV, run, DEADLINE, DIGEST)
        s3.put_object(Bucket=place.bucket, Key=f"{ENV}/{run}/run.json", Body=b"{}")
        sqs.create_queue(QueueName=names.queue(run), tags={names.RUN: run})
    s3.put_object(Bucket=place.bucket, Key=f"{ENV}/blob/aa", Body=b"data")
    s3.put_object(Bucket=place.bucket, Key=f"{ENV}/{RUN}/done/000000001.0", Body=b"first", IfNoneMatch="*")
    return Keyed.of_role(root, names.role_arn(place.account, RUN))


def _refused(call: Callable[[], Any]) -> None:
    with pytest.raises(ClientError) as caught:
        call()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 403)
    assert caught.value.response["Error"]["Code"] in (
        "AccessDenied",
        "AccessDeniedException",
        "UnauthorizedOperation",
        "403",
    )


def test_a_machine_does_its_work(machine: Session, place: Place) -> None:
    s3, sqs, root = machine.client("s3"), machine.client("sqs"), f"{ENV}/{RUN}/"
    bucket = {"Bucket": place.bucket}
    s3.get_object(**bucket, Key=f"{root}run.json")
    s3.get_object(**bucket, Key=f"{ENV}/blob/aa")
    s3.put_object(**bucket, Key=f"{root}news/0000000001/m1.0", Body=b"")
    s3.put_object(**bucket, Key=f"{root}machine/m1.json", Body=b"")
    s3.put_object(**bucket, Key=f"{root}done/000000002.0", Body=b"mine", IfNoneMatch="*")
    s3.put_object(**bucket, Key=f"{root}claim/000000002.0", Body=b"mine", IfNoneMatch="*")
    s3.put_object(**bucket, Key=f"{root}end", Body=b"", IfNoneMatch="*")
    s3.put_object(**bucket, Key=f"{root}checkpoint/000000002.0/manifest", Body=b"")
    s3.delete_objects(**bucket, Delete={"Objects": [{"Key": f"{root}checkpoint/000000002.0/manifest"}]})
    assert s3.list_objects_v2(**bucket, Prefix=f"{ENV}/blob/{'a' * 64}")["KeyCount"] == 0
    assert s3.list_objects_v2(**bucket, Prefix=f"{root}stop/")["KeyCount"] == 0
    queue = sqs.get_queue_url(QueueName=names.queue(RUN))["QueueUrl"]
    sqs.send_message_batch(QueueUrl=queue, Entries=[{"Id": "1", "MessageBody": "task"}])
    receipt = sqs.receive_message(QueueUrl=queue)["Messages"][0]["ReceiptHandle"]
    sqs.change_message_visibility_batch(
        QueueUrl=queue, Entries=[{"Id": "1", "ReceiptHandle": receipt, "VisibilityTimeout": 9}]
    )
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=receipt)


def test_a_machine_leaves_word_of_its_key_and_the_user_reads_it(machine: Session, runner: Session) -> None:
    sqs, url = runner.client("sqs"), machine.client("sqs").get_queue_url(QueueName=names.queue(RUN))["QueueUrl"]
    for run in (RUN, OTHER):
        sqs.create_queue(QueueName=names.keys_queue(run))
    announce(machine, url, "digest")
    assert Announced(runner, RUN)(machine.identity().arn) == {"digest"}
    _refused(lambda: machine.client("sqs").receive_message(QueueUrl=url + names.KEYS))
    _refused(lambda: machine.client("sqs").purge_queue(QueueUrl=url + names.KEYS))
    with pytest.raises(AccessError):
        announce(machine, url.replace(RUN, OTHER), "digest")


def test_a_machine_adds_its_environment_and_no_other(machine: Session, place: Place) -> None:
    s3, bucket, key = machine.client("s3"), {"Bucket": place.bucket}, f"{ENV}/env/{DIGEST}-linux.tar.zst"
    assert s3.list_objects_v2(**bucket, Prefix=f"{ENV}/env/{DIGEST}")["KeyCount"] == 0
    upload = s3.create_multipart_upload(**bucket, Key=key)["UploadId"]
    part = s3.upload_part(**bucket, Key=key, UploadId=upload, PartNumber=1, Body=b"x")["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": part}]}
    _refused(lambda: s3.complete_multipart_upload(**bucket, Key=key, UploadId=upload, MultipartUpload=parts))
    s3.complete_multipart_upload(**bucket, Key=key, UploadId=upload, MultipartUpload=parts, IfNoneMatch="*")
    _refused(lambda: s3.put_object(**bucket, Key=key, Body=b"poison"))
    _refused(lambda: s3.put_object(**bucket, Key=f"{ENV}/env/{'e' * 64}.tar.zst", Body=b"poison", IfNoneMatch="*"))


def test_a_machine_reaches_no_other_run(machine: Session, place: Place) -> None:
    s3, sqs, other = machine.client("s3"), machine.client("sqs"), f"{ENV}/{OTHER}/"
    bucket = {"Bucket": place.bucket}
    _refused(lambda: s3.get_object(**bucket, Key=f"{other}run.json"))
    _refused(lambda: s3.put_object(**bucket, Key=f"{other}out/a", Body=b""))
    _refused(lambda: s3.put_object(**bucket, Key=f"{other}done/000000001.0", Body=b"", IfNoneMatch="*"))
    for prefix in ("", ENV, f"{ENV}/", other, f"{ENV}/blob/", f"{ENV}/blob/{'a' * 63}", f"{ENV}/env/"):
        _refused(lambda prefix=prefix: s3.list_objects_v2(**bucket, Prefix=prefix))
    _refused(lambda: s3.list_objects_v2(**bucket))
    _refused(lambda: sqs.get_queue_url(QueueName=names.queue(OTHER)))
    _refused(lambda: sqs.list_queues())


def test_a_machine_changes_neither_outcomes_nor_inputs(machine: Session, place: Place) -> None:
    s3, root, bucket = machine.client("s3"), f"{ENV}/{RUN}/", {"Bucket": place.bucket}
    done = f"{root}done/000000001.0"
    _refused(lambda: s3.put_object(**bucket, Key=done, Body=b"other"))
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.put_object(**bucket, Key=done, Body=b"other", IfNoneMatch="*")
    _refused(lambda: s3.delete_object(**bucket, Key=done))
    _refused(lambda: s3.delete_object(**bucket, Key=f"{ENV}/{OTHER}/checkpoint/000000001.0/manifest"))
    mine = (
        "run.json",
        "in/000000000.json",
        "stop/000000000",
        "trust/m1.json",
        "queued/000000000",
        "machines.json",
        "asked",
    )
    for key in (*(root + name for name in mine), registered(RUN), registered(OTHER)):
        _refused(lambda key=key: s3.put_object(**bucket, Key=key, Body=b"", IfNoneMatch="*"))
        _refused(lambda key=key: s3.delete_object(**bucket, Key=key))
    _refused(lambda: s3.get_object(**bucket, Key=registered(OTHER)))
    _refused(lambda: s3.put_object(**bucket, Key=f"{ENV}/blob/bb", Body=b""))
    assert s3.get_object(**bucket, Key=done)["Body"].read() == b"first"


def test_a_machine_may_do_nothing_else_in_the_account(machine: Session, place: Place) -> None:
    ec2, iam, s3 = machine.client("ec2"), machine.client("iam"), machine.client("s3")
    _refused(lambda: ec2.describe_instances())
    _refused(lambda: ec2.run_instances(ImageId="ami-1", MinCount=1, MaxCount=1))
    _refused(lambda: ec2.terminate_instances(InstanceIds=["i-1"]))
    _refused(lambda: iam.list_roles())
    _refused(lambda: iam.put_role_policy(RoleName=names.role(RUN), PolicyName="run", PolicyDocument="{}"))
    _refused(lambda: iam.delete_role_permissions_boundary(RoleName=names.role(RUN)))
    _refused(lambda: s3.list_buckets())
    _refused(lambda: s3.put_bucket_policy(Bucket=place.bucket, Policy="{}"))
    assert names.role(RUN) in machine.identity().arn


def test_not_even_the_user_overwrites_an_outcome(machine: Session, runner: Session, place: Place) -> None:
    s3 = runner.client("s3")
    _refused(lambda: s3.put_object(Bucket=place.bucket, Key=f"{ENV}/{RUN}/done/000000001.0", Body=b"other"))
    _refused(lambda: s3.put_object(Bucket=place.bucket, Key=f"{ENV}/{RUN}/claim/000000001.0", Body=b"other"))


def test_a_role_that_allows_everything_is_held_by_the_boundary(root: Session, machine: Session, place: Place) -> None:
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    root.client("iam").put_role_policy(
        RoleName=names.role(RUN), PolicyName="more", PolicyDocument=json.dumps(everything)
    )
    root.client("s3").create_bucket(Bucket="somebody-elses")
    machine.client("s3").get_object(Bucket=place.bucket, Key=f"{ENV}/{OTHER}/run.json")
    _refused(lambda: machine.client("ec2").describe_instances())
    _refused(lambda: machine.client("iam").list_roles())
    _refused(lambda: machine.client("s3").list_objects_v2(Bucket="somebody-elses"))


def test_the_user_makes_no_role_without_the_boundary(runner: Session, place: Place) -> None:
    iam, trust = runner.client("iam"), '{"Version":"2012-10-17","Statement":[]}'
    free = {"RoleName": "cellburst-run-free", "Path": "/cellburst/", "AssumeRolePolicyDocument": trust}
    _refused(lambda: iam.create_role(**free))
    _refused(lambda: iam.create_role(**{**free, "Path": "/"}, PermissionsBoundary=place.boundary))
    _refused(lambda: iam.create_role(**free, PermissionsBoundary="arn:aws:iam::aws:policy/AdministratorAccess"))


def _launch(session: Session, **changed: Any) -> list[str]:
    """As a run does it."""
    tags = names.as_list(names.tags(ENV, RUN, machine="m1", token="t", deadline=DEADLINE))
    asked = {
        "ImageId": "ami-12c6146b",
        "InstanceType": "t3.micro",
        "MinCount": 1,
        "MaxCount": 1,
        "IamInstanceProfile": {"Name": names.role(RUN)},
        "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
        "TagSpecifications": [{"ResourceType": kind, "Tags": tags} for kind in ("instance", "volume")],
        **changed,
    }
    found = session.client("ec2").run_instances(**asked)
    return [instance["InstanceId"] for instance in found["Instances"]]


def test_the_user_launches_and_ends_machines_of_runs_only(root: Session, machine: Session, runner: Session) -> None:
    ec2 = runner.client("ec2")
    mine = _launch(runner)
    _refused(lambda: _launch(runner, TagSpecifications=[]))
    _refused(lambda: _launch(runner, MetadataOptions={"HttpTokens": "optional"}))
    foreign = root.client("ec2").run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)["Instances"]
    _refused(lambda: ec2.terminate_instances(InstanceIds=[foreign[0]["InstanceId"]]))
    ec2.terminate_instances(InstanceIds=mine)


def test_the_user_passes_no_other_role_on(root: Session, machine: Session, runner: Session) -> None:
    iam = root.client("iam")
    iam.create_role(RoleName="admin", AssumeRolePolicyDocument='{"Version":"2012-10-17","Statement":[]}')
    iam.create_instance_profile(InstanceProfileName="admin")
    iam.add_role_to_instance_profile(InstanceProfileName="admin", RoleName="admin")
    _refused(lambda: _launch(runner, IamInstanceProfile={"Name": "admin"}))


def test_what_runs_left_is_found_and_cleared(machine: Session, runner: Session, place: Place) -> None:
    mine = _launch(runner)
    runner.client("sqs").create_queue(QueueName="cellburst-of-somebody")
    found = remains.remains(runner, place)
    assert list(found.machines) == mine
    assert [role.run for role in found.roles] == [RUN, OTHER]
    assert [(role.env, role.region, role.deadline) for role in found.roles] == [(ENV, "us-east-1", DEADLINE)] * 2
    assert [queue.rpartition("/")[2] for queue in found.queues] == [names.queue(RUN), names.queue(OTHER)]
    remains.clear(runner, found)
    runner.client("ec2").terminate_instances(InstanceIds=mine)
    while (left := remains.remains(runner, place)).machines:
        time.sleep(0.05)  # ending takes a machine a moment
    assert (left.queues, left.roles) == ((), ())


def test_making_and_removing_may_be_repeated(runner: Session, place: Place) -> None:
    for _ in range(2):
        assert run_role.make(runner, place, ENV, RUN, DEADLINE) == names.role(RUN)
    assert run_role.remove(runner, RUN) is True
    assert run_role.remove(runner, RUN) is False


def test_without_a_setup_the_boundary_is_missed(cloud: FakeCloud, root: Session, place: Place) -> None:
    runner = Keyed.of_variables(cloud.user("bob", user_policy(place, setup=False)))
    with pytest.raises(CloudError, match="run `cellburst setup aws`"):
        run_role.make(runner, place, ENV, RUN, DEADLINE)
