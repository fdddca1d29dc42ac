"""Who may do what in the fake cloud: signatures, policies with resources and conditions, boundaries, buckets."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cellburst.testing.fakecloud import FakeCloud
from tests.cloud import use

boto3 = pytest.importorskip("boto3")
pytest.importorskip("moto")
Config = pytest.importorskip("botocore.config").Config
ClientError = pytest.importorskip("botocore.exceptions").ClientError

NOTHING = [{"Effect": "Allow", "Action": "health:DescribeEvents", "Resource": "*"}]
TRUST = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}
IMAGE = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"


@pytest.fixture(scope="module")
def rig() -> Iterator[FakeCloud]:
    with FakeCloud(machines="none", speed=1000, iam=True) as cloud:
        yield cloud


@pytest.fixture
def cloud(rig: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCloud]:
    use(rig, monkeypatch)
    boto3.client("s3").create_bucket(Bucket="bucket")
    yield rig
    rig.reset()


def statement(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def client(cloud: FakeCloud, service: str, *statements: dict[str, Any]) -> Any:
    """A client of a new user who may do just that."""
    given = cloud.user(
        f"user-{service}-{len(statements)}", {"Version": "2012-10-17", "Statement": list(statements or NOTHING)}
    )
    keys = {"aws_access_key_id": "AWS_ACCESS_KEY_ID", "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY"}
    return boto3.client(service, **{name: given[variable] for name, variable in keys.items()})


def refused(call: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as caught:
        call()
    return str(caught.value.response["Error"]["Code"])


@pytest.mark.parametrize("key", ["plain", "a b/ü+~%=&.txt", "x//y", "dots/../z", "(paren)!*'"])
def test_any_key_of_an_object_can_be_signed(cloud: FakeCloud, key: str) -> None:
    s3 = boto3.client("s3", config=Config(signature_version="s3v4"))
    s3.put_object(Bucket="bucket", Key=key, Body=b"value", Metadata={"spaces": "two  here"})
    assert s3.get_object(Bucket="bucket", Key=key)["Body"].read() == b"value"
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": key}, ExpiresIn=60)
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b"value"


@pytest.mark.parametrize(
    ("service", "call", "code"),
    [
        ("s3", "list_buckets", "SignatureDoesNotMatch"),
        ("ec2", "describe_instances", "AuthFailure"),
        ("sqs", "list_queues", "SignatureDoesNotMatch"),
        ("iam", "list_roles", "SignatureDoesNotMatch"),
    ],
)
def test_a_wrong_secret_is_noticed(cloud: FakeCloud, service: str, call: str, code: str) -> None:
    key = cloud.environment()["AWS_ACCESS_KEY_ID"]
    wrong = boto3.client(service, aws_access_key_id=key, aws_secret_access_key="not-the-secret")
    assert refused(getattr(wrong, call)) == code


def test_a_key_that_nobody_has_is_refused(cloud: FakeCloud) -> None:
    keys = {"aws_access_key_id": "AKIANOBODY", "aws_secret_access_key": "not-a-secret"}
    assert refused(boto3.client("s3", **keys).list_buckets) == "InvalidAccessKeyId"
    assert refused(boto3.client("sts", **keys).get_caller_identity) == "InvalidClientTokenId"


def test_a_pre_signed_identity_is_believed_only_as_it_was_signed(cloud: FakeCloud) -> None:
    url = boto3.client("sts").generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET")
    with urllib.request.urlopen(url) as answer:
        assert b"<Arn>arn:aws:iam::123456789012:user/cellburst-user</Arn>" in answer.read()
    for old, new in (("Expires=60", "Expires=600"), ("2011-06-15", "2011-06-16")):
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(url.replace(old, new))
        assert caught.value.code == 403
        caught.value.close()


def test_an_expired_url_is_refused(cloud: FakeCloud) -> None:
    s3 = boto3.client("s3", config=Config(signature_version="s3v4"))
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": "k"}, ExpiresIn=0)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(url)
    assert b"Request has expired" in caught.value.read()


def test_resources_and_conditions_of_s3_count(cloud: FakeCloud) -> None:
    boto3.client("s3").put_object(Bucket="bucket", Key="other/1")
    s3 = client(
        cloud,
        "s3",
        statement("s3:PutObject", "arn:aws:s3:::bucket/mine/*", Condition={"Null": {"s3:if-none-match": "false"}}),
        statement("s3:ListBucket", "arn:aws:s3:::bucket", Condition={"StringLike": {"s3:prefix": "mine/*"}}),
    )
    s3.put_object(Bucket="bucket", Key="mine/1", IfNoneMatch="*")
    assert s3.list_objects_v2(Bucket="bucket", Prefix="mine/")["KeyCount"] == 1
    for call in (
        lambda: s3.put_object(Bucket="bucket", Key="mine/2"),
        lambda: s3.put_object(Bucket="bucket", Key="other/2", IfNoneMatch="*"),
        lambda: s3.get_object(Bucket="bucket", Key="other/1"),
        lambda: s3.list_objects_v2(Bucket="bucket"),
        lambda: s3.delete_object(Bucket="bucket", Key="mine/1"),
    ):
        assert refused(call) == "AccessDenied"


@pytest.mark.parametrize("enforced", [True, False])
def test_what_a_bucket_denies_is_denied_to_everybody(cloud: FakeCloud, enforced: bool) -> None:
    s3 = boto3.client("s3")
    once = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::bucket/*/done/*",
        "Condition": {"Null": {"s3:if-none-match": "true"}, "Bool": {"s3:ObjectCreationOperation": "true"}},
    }
    s3.put_bucket_policy(Bucket="bucket", Policy=json.dumps({"Version": "2012-10-17", "Statement": [once]}))
    cloud.enforce(enforced)
    s3.put_object(Bucket="bucket", Key="run/other/1")
    s3.put_object(Bucket="bucket", Key="run/done/1", IfNoneMatch="*")
    assert refused(lambda: s3.put_object(Bucket="bucket", Key="run/done/1")) == "AccessDenied"
    assert refused(lambda: s3.put_object(Bucket="bucket", Key="run/done/1", IfNoneMatch="*")) == "PreconditionFailed"
    upload = s3.create_multipart_upload(Bucket="bucket", Key="run/done/2")["UploadId"]
    part = s3.upload_part(Bucket="bucket", Key="run/done/2", UploadId=upload, PartNumber=1, Body=b"x")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    given = {"Bucket": "bucket", "Key": "run/done/2", "UploadId": upload, "MultipartUpload": parts}
    assert refused(lambda: s3.complete_multipart_upload(**given)) == "AccessDenied"
    s3.complete_multipart_upload(**given, IfNoneMatch="*")


def test_a_launch_needs_everything_that_it_uses(cloud: FakeCloud) -> None:
    image = boto3.client("ssm").get_parameter(Name=IMAGE)["Parameter"]["Value"]
    tagged = statement(
        "ec2:RunInstances",
        "arn:aws:ec2:*:*:instance/*",
        Condition={"Null": {"aws:RequestTag/run": "false"}, "StringEquals": {"ec2:MetadataHttpTokens": "required"}},
    )
    kinds = ("image", "network-interface", "security-group", "subnet", "volume")
    others = statement("ec2:RunInstances", [f"arn:aws:ec2:*:*:{kind}/*" for kind in kinds])
    tagging = statement(
        "ec2:CreateTags", "arn:aws:ec2:*:*:instance/*", Condition={"StringEquals": {"ec2:CreateAction": "RunInstances"}}
    )
    ending = statement("ec2:TerminateInstances", Condition={"Null": {"ec2:ResourceTag/run": "false"}})
    ec2 = client(cloud, "ec2", tagged, others, tagging, ending)
    given: dict[str, Any] = {"ImageId": image, "InstanceType": "m7i.large", "MinCount": 1, "MaxCount": 1}
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "run", "Value": "r1"}]}]
    metadata = {"HttpTokens": "required"}
    launched = ec2.run_instances(**given, TagSpecifications=tags, MetadataOptions=metadata)["Instances"][0]
    denied = "UnauthorizedOperation"
    assert refused(lambda: ec2.run_instances(**given, MetadataOptions=metadata)) == denied
    assert refused(lambda: ec2.run_instances(**given, TagSpecifications=tags)) == denied
    profile = {"IamInstanceProfile": {"Name": "worker"}}
    iam = boto3.client("iam")
    iam.create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.create_instance_profile(InstanceProfileName="worker")
    iam.add_role_to_instance_profile(InstanceProfileName="worker", RoleName="worker")
    whole = {**given, "TagSpecifications": tags, "MetadataOptions": metadata}
    assert refused(lambda: ec2.run_instances(**whole, **profile)) == denied
    assert refused(lambda: ec2.run_instances(**whole, DryRun=True)) == "DryRunOperation"
    other = boto3.client("ec2").run_instances(**given)["Instances"][0]
    assert refused(lambda: ec2.terminate_instances(InstanceIds=[other["InstanceId"]])) == denied
    ec2.terminate_instances(InstanceIds=[launched["InstanceId"]])


def test_a_role_can_do_no_more_than_its_boundary(cloud: FakeCloud) -> None:
    iam = boto3.client("iam")
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement("s3:GetObject")]})
    boundary = iam.create_policy(PolicyName="most", Path="/ours/", PolicyDocument=document)["Policy"]["Arn"]
    bounded = {"StringEquals": {"iam:PermissionsBoundary": boundary}}
    made = client(cloud, "iam", statement("iam:CreateRole", Condition=bounded))
    trust = json.dumps(TRUST)
    assert refused(lambda: made.create_role(RoleName="free", AssumeRolePolicyDocument=trust)) == "AccessDenied"
    arn = made.create_role(RoleName="worker", AssumeRolePolicyDocument=trust, PermissionsBoundary=boundary)["Role"][
        "Arn"
    ]
    everything = json.dumps({"Version": "2012-10-17", "Statement": [statement("*")]})
    iam.put_role_policy(RoleName="worker", PolicyName="all", PolicyDocument=everything)
    found = boto3.client("sts").assume_role(RoleArn=arn, RoleSessionName="one")["Credentials"]
    keys = {
        "aws_access_key_id": found["AccessKeyId"],
        "aws_secret_access_key": found["SecretAccessKey"],
        "aws_session_token": found["SessionToken"],
    }
    s3 = boto3.client("s3", **keys)
    boto3.client("s3").put_object(Bucket="bucket", Key="k", Body=b"v")
    assert s3.get_object(Bucket="bucket", Key="k")["Body"].read() == b"v"
    assert refused(lambda: s3.put_object(Bucket="bucket", Key="k")) == "AccessDenied"
    assert refused(boto3.client("s3", **{**keys, "aws_session_token": "other"}).list_buckets) == "InvalidAccessKeyId"


def test_other_services_are_guarded_too(cloud: FakeCloud) -> None:
    queue = boto3.client("sqs").create_queue(QueueName="tasks-1")["QueueUrl"]
    sqs = client(cloud, "sqs", statement("sqs:SendMessage", "arn:aws:sqs:*:*:tasks-*"))
    sqs.send_message_batch(QueueUrl=queue, Entries=[{"Id": "1", "MessageBody": "m"}])
    assert refused(lambda: sqs.receive_message(QueueUrl=queue)) == "AccessDenied"
    ssm = client(cloud, "ssm", statement("ssm:GetParameter", "arn:aws:ssm:*::parameter/aws/*"))
    assert ssm.get_parameter(Name=IMAGE)["Parameter"]["Value"].startswith("ami-")
    assert refused(lambda: ssm.get_parameter(Name="/mine")) == "AccessDeniedException"
    pricing = client(cloud, "pricing")
    assert refused(lambda: pricing.get_products(ServiceCode="AmazonEC2")) == "AccessDeniedException"


def test_without_enforcing_everything_is_allowed(cloud: FakeCloud) -> None:
    cloud.enforce(False)
    client(cloud, "s3").put_object(Bucket="bucket", Key="k")
