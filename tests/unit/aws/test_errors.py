"""Errors of AWS in our words."""

import pytest
from botocore import exceptions as sdk

from cellburst.aws.errors import CALL, translated, unless
from cellburst.errors import (
    AccessError,
    BucketError,
    CapacityError,
    CloudError,
    ThrottledError,
    UnansweredError,
    UnreachableError,
    UsageError,
)


def _refusal(
    code: str, message: str = "", operation: str = "RunInstances", status: int = 400, service: str = "ec2"
) -> sdk.ClientError:
    metadata = {"HTTPStatusCode": status, CALL: (service, "eu-south-2")}
    return sdk.ClientError({"Error": {"Code": code, "Message": message}, "ResponseMetadata": metadata}, operation)


def _raised(error: Exception, **kinds: type[CloudError]) -> CloudError | UsageError:
    with pytest.raises((CloudError, UsageError)) as caught, translated("launch machines", **kinds):
        raise error
    assert caught.value.__cause__ is error
    return caught.value


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (sdk.NoCredentialsError(), AccessError, "aws configure"),
        (sdk.PartialCredentialsError(provider="env", cred_var="x"), AccessError, "aws configure"),
        (sdk.ProfileNotFound(profile="lab"), AccessError, "lab"),
        (sdk.NoRegionError(), UsageError, "--region"),
        (sdk.SSOTokenLoadError(profile_name="p", error_msg="gone"), AccessError, "aws sso login"),
        (sdk.UnauthorizedSSOTokenError(), AccessError, "aws sso login"),
        (sdk.EndpointConnectionError(endpoint_url="https://ec2.nowhere.amazonaws.com"), UnreachableError, "nowhere"),
        (sdk.ConnectTimeoutError(endpoint_url="https://x"), UnreachableError, "network"),
        (sdk.ReadTimeoutError(endpoint_url="https://x"), UnreachableError, "AWS does not answer"),
        (sdk.ConnectionClosedError(endpoint_url="https://x"), UnreachableError, "AWS does not answer"),
        (sdk.SSLError(endpoint_url="https://x", error="bad certificate"), UnreachableError, "proxy"),
        (sdk.ParamValidationError(report="Missing ImageId"), CloudError, "Missing ImageId"),
    ],
)
def test_what_went_wrong_before_an_answer(error: Exception, kind: type[Exception], text: str) -> None:
    found = _raised(error)
    assert type(found) is kind
    assert text in str(found)


@pytest.mark.parametrize(
    ("code", "kind", "text"),
    [
        ("ExpiredToken", AccessError, "aws sso login"),
        ("InvalidClientTokenId", AccessError, "AWS_PROFILE"),
        ("RequestTimeTooSkewed", AccessError, "clock"),
        ("AuthFailure", AccessError, "region eu-south-2 is not enabled"),
        ("OptInRequired", AccessError, "eu-south-2"),
        ("RequestLimitExceeded", ThrottledError, "more slowly"),
        ("SlowDown", ThrottledError, "launch machines"),
        ("InsufficientInstanceCapacity", CapacityError, "no such machine"),
        ("VcpuLimitExceeded", CapacityError, "limit of vCPUs"),
        ("InvalidParameterValue", CloudError, "cannot launch machines: No good (InvalidParameterValue)"),
    ],
)
def test_what_was_refused(code: str, kind: type[CloudError], text: str) -> None:
    found = _raised(_refusal(code, "No good."))
    assert type(found) is kind
    assert text in str(found)
    assert isinstance(found, CloudError)
    assert found.code == code


def test_a_signature_out_of_time_is_the_clock() -> None:
    found = _raised(_refusal("SignatureDoesNotMatch", "Signature expired: 20260101T000000Z is now earlier than"))
    assert "clock" in str(found)
    assert "clock" not in str(_raised(_refusal("SignatureDoesNotMatch", "The request signature we calculated")))


def test_the_missing_action_is_named() -> None:
    message = (
        "You are not authorized to perform this operation. User: arn:aws:iam::1:user/a is not authorized to perform: "
        "ec2:RunInstances on resource: arn:aws:ec2:us-east-1:1:instance/* because no identity-based policy allows it. "
        "Encoded authorization failure message: abc"
    )
    text = str(_raised(_refusal("UnauthorizedOperation", message, status=403)))
    assert "may not ec2:RunInstances on arn:aws:ec2:us-east-1:1:instance/*" in text
    assert "--print-policy user" in text


def test_the_missing_action_is_named_where_the_service_does_not() -> None:
    error = _refusal("AccessDenied", "Access Denied", "ListObjectsV2", 403, "s3")
    assert "may not s3:ListBucket" in str(_raised(error))
    error = _refusal("403", "Forbidden", "HeadObject", 403, "s3")
    assert "may not s3:GetObject" in str(_raised(error))


def test_an_explicit_deny_is_no_matter_of_our_policy() -> None:
    message = (
        "User: arn:aws:iam::1:user/a is not authorized to perform: ec2:RunInstances on resource: x "
        "with an explicit deny in a service control policy"
    )
    text = str(_raised(_refusal("UnauthorizedOperation", message, status=403)))
    assert "a service control policy" in text
    assert "whoever keeps the account" in text


def test_kinds_are_the_callers() -> None:
    kinds = {"otherwise": BucketError, "unanswered": UnansweredError}
    assert type(_raised(_refusal("NoSuchBucket", "gone", status=404), **kinds)) is BucketError
    assert type(_raised(_refusal("InternalError", "oops", status=500), **kinds)) is UnansweredError
    assert type(_raised(sdk.ReadTimeoutError(endpoint_url="x"), **kinds)) is UnansweredError


def test_other_errors_pass() -> None:
    with pytest.raises(ZeroDivisionError), translated("divide"):
        raise ZeroDivisionError


def test_what_is_so_already_is_no_error() -> None:
    with unless("EntityAlreadyExists", "LimitExceeded"):
        raise _refusal("LimitExceeded")
    with pytest.raises(sdk.ClientError), unless("EntityAlreadyExists"):
        raise _refusal("LimitExceeded")
    with pytest.raises(AccessError), translated("do it"), unless("NoSuchEntity"):
        raise _refusal("AccessDenied")
