"""What the fake cloud adds to moto: tokens, limits, capacity, prices, and whatever goes wrong when asked to."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cellburst.testing.fakecloud import Capacity, FakeCloud, Fault
from tests.cloud import use

boto3 = pytest.importorskip("boto3")
pytest.importorskip("moto")
Config = pytest.importorskip("botocore.config").Config
ClientError = pytest.importorskip("botocore.exceptions").ClientError
ConnectionClosedError = pytest.importorskip("botocore.exceptions").ConnectionClosedError

ONCE = Config(retries={"total_max_attempts": 1})
KINDS = ("g5.xlarge", "g4dn.xlarge")
IMAGE = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"


@pytest.fixture(scope="module")
def rig() -> Iterator[FakeCloud]:
    with FakeCloud(seed=1, machines="none", speed=1000) as cloud:
        yield cloud


@pytest.fixture
def cloud(rig: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCloud]:
    use(rig, monkeypatch)
    yield rig
    rig.reset()


def launch(**more: Any) -> list[dict[str, Any]]:
    image = boto3.client("ssm").get_parameter(Name=IMAGE)["Parameter"]["Value"]
    given = {"ImageId": image, "InstanceType": "m7i.large", "MinCount": 1, "MaxCount": 1, **more}
    return list(boto3.client("ec2", config=ONCE).run_instances(**given)["Instances"])


def refused(call: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as caught:
        call()
    return str(caught.value.response["Error"]["Code"])


def test_the_same_client_token_gives_the_same_instances(cloud: FakeCloud) -> None:
    first, again = (launch(ClientToken="token", MaxCount=2) for _ in range(2))
    assert [one["InstanceId"] for one in first] == [one["InstanceId"] for one in again]
    assert len(cloud.instances()) == 2
    assert refused(lambda: launch(ClientToken="token", MaxCount=1)) == "IdempotentParameterMismatch"


def test_a_lost_answer_and_the_same_token_give_one_instance(cloud: FakeCloud) -> None:
    cloud.arm(Fault(action="RunInstances", lose=True))
    with pytest.raises(ConnectionClosedError):
        launch(ClientToken="token")
    assert [one["InstanceId"] for one in launch(ClientToken="token")] == [one.id for one in cloud.instances()]


def test_a_refused_launch_leaves_its_token_free(cloud: FakeCloud) -> None:
    cloud.capacity(Capacity(0))
    assert refused(lambda: launch(ClientToken="token")) == "InsufficientInstanceCapacity"
    cloud.capacity()
    assert len(launch(ClientToken="token")) == 1


def test_user_data_has_a_limit(cloud: FakeCloud) -> None:
    assert launch(UserData="x" * 16384)
    assert refused(lambda: launch(UserData="x" * 16385)) == "InvalidParameterValue"


def test_there_are_no_types_and_images_but_ec2s(cloud: FakeCloud) -> None:
    assert refused(lambda: launch(InstanceType="m7i.huge")) == "InvalidParameterValue"
    assert refused(lambda: launch(ImageId="ami-0123456789abcdef0")).startswith("InvalidAMIID")


def test_capacity_is_by_type_zone_and_market(cloud: FakeCloud) -> None:
    cloud.capacity(Capacity(1, type="g5.*", zone="us-east-1a", market="spot"))
    here = {"InstanceType": "g5.xlarge", "Placement": {"AvailabilityZone": "us-east-1a"}}
    spot = {"InstanceMarketOptions": {"MarketType": "spot"}}
    launch(**here, **spot)
    assert refused(lambda: launch(**here, **spot)) == "InsufficientInstanceCapacity"
    launch(**here)
    launch(**{**here, "Placement": {"AvailabilityZone": "us-east-1b"}}, **spot)
    boto3.client("ec2").terminate_instances(InstanceIds=[cloud.instances()[0].id])
    launch(**here, **spot)


def test_ec2_gives_what_it_has_between_least_and_most(cloud: FakeCloud) -> None:
    cloud.capacity(Capacity(3, zone="us-east-1a"))
    here = {"Placement": {"AvailabilityZone": "us-east-1a"}}
    assert len(launch(MinCount=1, MaxCount=10, **here)) == 3
    assert refused(lambda: launch(MinCount=1, MaxCount=10, **here)) == "InsufficientInstanceCapacity"


def test_ec2_chooses_a_zone_with_room(cloud: FakeCloud) -> None:
    cloud.capacity(*(Capacity(0, zone=f"us-east-1{letter}") for letter in "abcde"))
    assert launch()[0]["Placement"]["AvailabilityZone"] == "us-east-1f"


def test_quotas_are_in_cpus_of_a_family_and_market(cloud: FakeCloud) -> None:
    cloud.quota("L-1216C47A", 4)
    cloud.quota("L-3819A6DF", 0)
    launch(MaxCount=2)
    assert refused(launch) == "VcpuLimitExceeded"
    spot = {"InstanceMarketOptions": {"MarketType": "spot"}}
    assert refused(lambda: launch(InstanceType="g5.xlarge", **spot)) == "MaxSpotInstanceCountExceeded"
    assert launch(InstanceType="g5.xlarge")
    found = boto3.client("service-quotas").get_service_quota(ServiceCode="ec2", QuotaCode="L-1216C47A")
    assert found["Quota"]["Value"] == 4.0


def test_spot_costs_what_it_costs(cloud: FakeCloud) -> None:
    def spot(limit: float) -> dict[str, Any]:
        return {"InstanceMarketOptions": {"MarketType": "spot", "SpotOptions": {"MaxPrice": str(limit)}}}

    assert refused(lambda: launch(**spot(0.01))) == "SpotMaxPriceTooLow"
    launch(**spot(0.1008))
    (one,) = cloud.instances()
    assert 0.01 < one.price < 0.1008
    assert (one.tokens, one.hops) == ("optional", 1)


def test_throttling_is_retried_by_boto3(cloud: FakeCloud) -> None:
    number = cloud.arm(Fault(action="DescribeInstances", code="RequestLimitExceeded", times=2))
    boto3.client("ec2").describe_instances()
    assert cloud.met() == {number: 2}
    assert cloud.calls()["ec2:DescribeInstances"] == 3
    cloud.arm(Fault(service="s3", code="SlowDown", times=2))
    boto3.client("s3").list_buckets()


def test_s3_can_answer_with_a_conflict(cloud: FakeCloud) -> None:
    s3 = boto3.client("s3", config=ONCE)
    s3.create_bucket(Bucket="bucket")
    cloud.arm(Fault(path="bucket/done/*", code="ConditionalRequestConflict"))
    assert (
        refused(lambda: s3.put_object(Bucket="bucket", Key="done/1", IfNoneMatch="*")) == "ConditionalRequestConflict"
    )
    s3.put_object(Bucket="bucket", Key="done/1", IfNoneMatch="*")


def test_a_write_whose_answer_is_lost_was_done(cloud: FakeCloud) -> None:
    boto3.client("s3").create_bucket(Bucket="bucket")
    s3 = boto3.client("s3", config=ONCE)
    cloud.arm(Fault(action="PutObject", lose=True))
    with pytest.raises(ConnectionClosedError):
        s3.put_object(Bucket="bucket", Key="k", Body=b"v", IfNoneMatch="*")
    assert refused(lambda: s3.put_object(Bucket="bucket", Key="k", Body=b"v", IfNoneMatch="*")) == "PreconditionFailed"


def test_answers_can_take_their_time(cloud: FakeCloud) -> None:
    cloud.arm(Fault(service="s3", delay=0.3))
    start = time.monotonic()
    boto3.client("s3").list_buckets()
    assert time.monotonic() - start >= 0.3


def test_one_of_many_who_create_an_object_wins(cloud: FakeCloud) -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="bucket")
    won: list[tuple[int, int]] = []

    def write(writer: int) -> None:
        mine = boto3.session.Session().client("s3")
        for key in range(20):
            try:
                mine.put_object(Bucket="bucket", Key=str(key), Body=str(writer), IfNoneMatch="*")
            except ClientError:
                continue
            won.append((key, writer))

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(key for key, _ in won) == list(range(20))
    for key, writer in won:
        assert s3.get_object(Bucket="bucket", Key=str(key))["Body"].read() == str(writer).encode()


def test_waiting_for_a_message_ends_when_one_comes(cloud: FakeCloud) -> None:
    sqs = boto3.client("sqs")
    queue = sqs.create_queue(QueueName="queue")["QueueUrl"]
    threading.Timer(0.3, lambda: sqs.send_message(QueueUrl=queue, MessageBody="hello")).start()
    start = time.monotonic()
    found = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"]
    assert found[0]["Body"] == "hello"
    assert 0.2 < time.monotonic() - start < 5
    assert "Messages" not in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1)


def test_messages_are_counted_hidden_and_shown_again(cloud: FakeCloud) -> None:
    sqs = boto3.client("sqs")
    queue = sqs.create_queue(QueueName="queue")["QueueUrl"]
    entries = [{"Id": str(number), "MessageBody": str(number)} for number in range(9)]
    sqs.send_message_batch(QueueUrl=queue, Entries=[*entries, {"Id": "9", "MessageBody": "9", "DelaySeconds": 60}])
    found = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=4, VisibilityTimeout=60)["Messages"]
    start = "ApproximateNumberOfMessages"
    names = [start, f"{start}NotVisible", f"{start}Delayed"]
    told = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    assert [told[name] for name in names] == ["5", "4", "1"]
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=found[0]["ReceiptHandle"])
    sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=found[1]["ReceiptHandle"], VisibilityTimeout=0)
    again = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=2)["Messages"]
    assert sorted(one["Body"] for one in again) == ["1", "4", "5", "6", "7", "8"]


def test_a_fleet_walks_over_types_and_zones(cloud: FakeCloud) -> None:
    ec2 = boto3.client("ec2", config=ONCE)
    image = boto3.client("ssm").get_parameter(Name=IMAGE)["Parameter"]["Value"]
    boto3.client("iam").create_instance_profile(InstanceProfileName="worker")
    data = {
        "ImageId": image,
        "UserData": base64.b64encode(b"#!/bin/sh\n").decode(),
        "IamInstanceProfile": {"Name": "worker"},
        "InstanceInitiatedShutdownBehavior": "terminate",
        "MetadataOptions": {"HttpTokens": "required"},
        "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "run", "Value": "r1"}]}],
    }
    ec2.create_launch_template(LaunchTemplateName="template", LaunchTemplateData=data)
    cloud.capacity(Capacity(1, type="g5.xlarge", zone="us-east-1a"), Capacity(0, zone="us-east-1b"))
    places = [{"InstanceType": kind, "AvailabilityZone": f"us-east-1{zone}"} for kind in KINDS for zone in "ab"]
    given = {
        "Type": "instant",
        "ClientToken": "token",
        "LaunchTemplateConfigs": [
            {"LaunchTemplateSpecification": {"LaunchTemplateName": "template", "Version": "1"}, "Overrides": places}
        ],
        "TargetCapacitySpecification": {"TotalTargetCapacity": 3, "DefaultTargetCapacityType": "spot"},
        "SpotOptions": {"AllocationStrategy": "capacity-optimized-prioritized"},
    }
    answer = ec2.create_fleet(**given)
    assert [(one["InstanceType"], len(one["InstanceIds"])) for one in answer["Instances"]] == [
        ("g5.xlarge", 1),
        ("g4dn.xlarge", 2),
    ]
    assert [error["ErrorCode"] for error in answer["Errors"]] == ["InsufficientInstanceCapacity"]
    assert ec2.create_fleet(**given)["FleetId"] == answer["FleetId"]
    assert len(cloud.instances()) == 3
    for one in cloud.instances():
        assert (one.market, one.tags["run"], one.zone) == ("spot", "r1", "us-east-1a")
    found = ec2.describe_instances(InstanceIds=[one.id for one in cloud.instances()])["Reservations"]
    for told in (told for reservation in found for told in reservation["Instances"]):
        assert told["IamInstanceProfile"]["Arn"].endswith("/worker")
        assert told["MetadataOptions"]["HttpTokens"] == "required"


def test_a_template_is_kept_by_run_instances_too(cloud: FakeCloud) -> None:
    data = {
        "InstanceMarketOptions": {"MarketType": "spot"},
        "InstanceInitiatedShutdownBehavior": "terminate",
        "MetadataOptions": {"HttpTokens": "required"},
    }
    boto3.client("ec2").create_launch_template(LaunchTemplateName="template", LaunchTemplateData=data)
    (one,) = launch(LaunchTemplate={"LaunchTemplateName": "template"})
    told = boto3.client("ec2").describe_instances(InstanceIds=[one["InstanceId"]])["Reservations"][0]["Instances"][0]
    assert told["InstanceLifecycle"] == "spot"
    assert told["MetadataOptions"]["HttpTokens"] == "required"


def test_prices_on_demand_and_spot(cloud: FakeCloud) -> None:
    wanted = {"instanceType": "g5.xlarge", "regionCode": "us-east-1", "operatingSystem": "Linux", "tenancy": "Shared"}
    filters = [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in wanted.items()]
    products = boto3.client("pricing").get_products(ServiceCode="AmazonEC2", Filters=filters)["PriceList"]
    (term,) = json.loads(products[0])["terms"]["OnDemand"].values()
    (dimension,) = term["priceDimensions"].values()
    assert float(dimension["pricePerUnit"]["USD"]) == 1.006
    history = boto3.client("ec2").describe_spot_price_history(
        InstanceTypes=["g5.xlarge"], ProductDescriptions=["Linux/UNIX"], StartTime=time.time(), EndTime=time.time()
    )["SpotPriceHistory"]
    assert len(history) == 6
    assert all(0.2 < float(row["SpotPrice"]) < 0.6 for row in history)


def test_the_bill_has_a_line_for_each_instance(cloud: FakeCloud) -> None:
    launch(MaxCount=2, InstanceType="g5.xlarge")
    cloud.wait(lambda cloud: len(cloud.instances("running")) == 2)
    boto3.client("ec2").terminate_instances(InstanceIds=[cloud.instances()[0].id])
    bill = cloud.bill()
    assert [line.billed for line in bill.lines] == [60.0, 60.0]
    assert bill.dollars == pytest.approx(2 * 1.006 / 60)


def test_public_images_have_names(cloud: FakeCloud) -> None:
    names = [IMAGE, "/aws/service/canonical/ubuntu/server/24.04/stable/current/arm64/hvm/ebs-gp3/ami-id"]
    found = {p["Name"]: p["Value"] for p in boto3.client("ssm").get_parameters(Names=names)["Parameters"]}
    images = boto3.client("ec2").describe_images(ImageIds=list(found.values()))["Images"]
    assert {image["Architecture"] for image in images} == {"x86_64", "arm64"}


def test_what_is_reset_is_gone(cloud: FakeCloud) -> None:
    launch(ClientToken="token")
    cloud.arm(Fault(times=0, code="SlowDown", path="*"))
    cloud.reset()
    assert cloud.instances() == []
    assert cloud.calls() == {}
    assert boto3.client("s3").list_buckets()["Buckets"] == []


def test_unknown_instances_are_said_to_be(cloud: FakeCloud) -> None:
    with pytest.raises(LookupError, match="no instance i-nowhere was ever launched here"):
        cloud.freeze("i-nowhere")
