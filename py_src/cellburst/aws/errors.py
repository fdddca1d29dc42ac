"""Errors of AWS and its SDK in our words: what happened, why, and what to do."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cellburst.errors import AccessError, CapacityError, CloudError, ThrottledError, UnreachableError, UsageError

NO_CREDENTIALS = (
    "there are no AWS credentials: run `aws configure` or `aws sso login`, or set AWS_PROFILE; "
    "`cellburst doctor TARGET` checks them"
)
NO_NETWORK = "AWS cannot be reached from here"
NO_ANSWER = "AWS does not answer"
_NOBODY = f"{NO_NETWORK}: AWS_ENDPOINT_URL is {{set_to}}, and nobody is there; start what was, or unset it"
_EXPIRED = "the AWS login has expired: run `aws sso login`, or get new temporary credentials"
_UNKNOWN = "AWS does not accept these credentials: look at AWS_PROFILE and `aws configure list`"
_SKEW = "this machine's clock is not AWS's, so signatures are refused: set it (chronyd, ntpd or timedatectl)"
_DISABLED = (
    "region {region} is not enabled for this account, or does not accept these credentials: enable it in the "
    "account's settings, or use another with --region"
)
_THROTTLED = "AWS refuses to {doing} so often; it is tried again more slowly"

_EXPIRED_CODES = {"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"}
_UNKNOWN_CODES = {
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidAccessKeyId",
    "IncompleteSignature",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "MissingAuthenticationToken",
}
_SKEW_CODES = {"RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"}
_DISABLED_CODES = {"OptInRequired", "AuthFailure", "IllegalLocationConstraintException"}
_DENIED_CODES = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "403"}
_THROTTLED_CODES = {
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestLimitExceeded",
    "EC2ThrottledException",
    "TooManyRequestsException",
    "BandwidthLimitExceeded",
    "PriorRequestNotComplete",
    "SlowDown",
    "ResourceCountExceeded",
    "KmsThrottled",
}
_CAPACITY_CODES = {
    "InsufficientInstanceCapacity": "AWS has no such machine to give now",
    "InsufficientHostCapacity": "AWS has no such machine to give now",
    "InsufficientReservedInstanceCapacity": "AWS has no such machine to give now",
    "InsufficientCapacityOnHost": "AWS has no such machine to give now",
    "UnfulfillableCapacity": "AWS has no such machine to give now",
    "Unsupported": "this type of machine is not offered there",
    "InstanceTypeNotSupported": "this type of machine is not offered there",
    "SpotMaxPriceTooLow": "the spot price is above the limit",
    "VcpuLimitExceeded": "the account's limit of vCPUs for such machines is reached",
    "MaxSpotInstanceCountExceeded": "the account's limit of vCPUs for spot machines is reached",
    "InstanceLimitExceeded": "the account's limit of machines is reached",
    "MaxSpotFleetRequestCountExceeded": "the account's limit of spot requests is reached",
    "InsufficientFreeAddressesInSubnet": "the subnet has no free address left",
    "InsufficientAddressCapacity": "the zone has no free address left",
}

_ACTION = re.compile(r"not authorized to perform:? ([a-z0-9-]+:\w+)")
_RESOURCE = re.compile(r"on (?:the following )?resource:? \"?([^\s\"]+)")
_ACTIONS = {
    "HeadBucket": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "HeadObject": "GetObject",
    "DeleteObjects": "DeleteObject",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
}
"""Operations that need an action of another name."""

CALL = "cellburst-call"
"""Where Session notes service and region in the metadata of an answer."""


@contextmanager
def translated(
    doing: str,
    otherwise: type[CloudError] = CloudError,
    unanswered: type[CloudError] = UnreachableError,
) -> Iterator[None]:
    """Raise the SDK's errors as CloudErrors. ``doing`` completes "cannot ..." ("launch machines").

    ``otherwise`` is for refusals that are no matter of access, capacity or frequency, ``unanswered`` for requests of
    which nobody knows whether they were done. Every CloudError has the service's ``code`` ("" if it did not answer).
    """
    try:
        yield
    except Exception as error:
        found = translate(error, doing, otherwise, unanswered)
        if found is None:
            raise
        raise found from error


@contextmanager
def unless(*codes: str) -> Iterator[None]:
    """Let the SDK's refusals with these codes be: what was asked for is so already, perhaps by an earlier try of it."""
    try:
        yield
    except Exception as error:
        if code_of(error) not in codes:
            raise


def translate(
    error: BaseException,
    doing: str,
    otherwise: type[CloudError] = CloudError,
    unanswered: type[CloudError] = UnreachableError,
) -> CloudError | UsageError | None:
    """The same in our words; None if it is no error of the SDK."""
    try:
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError:  # whoever has no SDK has no error of it
        return None
    if isinstance(error, ClientError):
        return _refused(error, doing, otherwise, unanswered)
    if isinstance(error, BotoCoreError):
        return _failed(error, doing, otherwise, unanswered)
    return None


def code_of(error: BaseException) -> str:
    """The service's own code of a refusal ("NoSuchBucket"), "" if it has none."""
    response = getattr(error, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""


def status_of(error: BaseException) -> int:
    """The HTTP status of a refusal, 0 if it has none."""
    response = getattr(error, "response", None)
    found = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) if isinstance(response, dict) else 0
    return int(found)


def _refused(error: Any, doing: str, otherwise: type[CloudError], unanswered: type[CloudError]) -> CloudError:
    """What a service answered."""
    code, message = code_of(error), str(error.response.get("Error", {}).get("Message", ""))
    if code in _SKEW_CODES or "Signature expired" in message or "Signature not yet current" in message:
        return AccessError(_SKEW, code=code)
    if code in _EXPIRED_CODES:
        return AccessError(_EXPIRED, code=code)
    if code in _UNKNOWN_CODES:
        return AccessError(_UNKNOWN, code=code)
    if code in _DISABLED_CODES:
        return AccessError(_DISABLED.format(region=call_of(error)[1] or "asked for"), code=code)
    if code in _DENIED_CODES:
        return AccessError(_denied(error, message, doing), code=code)
    if code in _THROTTLED_CODES:
        return ThrottledError(_THROTTLED.format(doing=doing), code=code)
    if code in _CAPACITY_CODES:
        return CapacityError(f"{_CAPACITY_CODES[code]} ({code}: {_sentence(message)})", code=code)
    if status_of(error) >= 500:
        return unanswered(f"cannot {doing}: AWS had a fault of its own ({code}: {_sentence(message)})", code=code)
    return otherwise(f"cannot {doing}: {_sentence(message) or 'refused'} ({code})", code=code)


def _failed(
    error: Any, doing: str, otherwise: type[CloudError], unanswered: type[CloudError]
) -> CloudError | UsageError:
    """What went wrong before there was an answer."""
    from botocore import exceptions as sdk

    if isinstance(error, sdk.NoCredentialsError | sdk.PartialCredentialsError):
        return AccessError(NO_CREDENTIALS)
    if isinstance(error, sdk.ProfileNotFound):
        return AccessError(f"{_sentence(str(error))}: see `aws configure list-profiles`, or set AWS_PROFILE")
    if isinstance(error, sdk.NoRegionError):
        return UsageError("no AWS region is set: give --region, or set AWS_REGION or the target's region")
    if isinstance(error, sdk.SSOError | sdk.TokenRetrievalError | sdk.CredentialRetrievalError):
        return AccessError(f"{_EXPIRED} ({_sentence(str(error))})")
    if isinstance(error, sdk.SSLError):
        return unanswered(f"cannot {doing}: the connection is not safe ({_sentence(str(error))}); is a proxy between?")
    unreached = isinstance(error, sdk.EndpointConnectionError | sdk.ConnectTimeoutError)
    if unreached and (set_to := os.environ.get("AWS_ENDPOINT_URL")):
        return unanswered(f"{_NOBODY.format(set_to=set_to)} (cannot {doing})")
    if unreached or isinstance(error, sdk.ProxyConnectionError):
        return unanswered(
            f"{NO_NETWORK}; is there a network, and such a region? (cannot {doing}: {_sentence(str(error))})"
        )
    if isinstance(error, sdk.HTTPClientError):
        return unanswered(f"{NO_ANSWER} (cannot {doing}: {_sentence(str(error))})")
    if isinstance(error, sdk.ParamValidationError):
        return otherwise(f"cannot {doing}: {_sentence(str(error))}")
    return otherwise(f"cannot {doing}: {_sentence(str(error))} ({type(error).__name__})")


def _denied(error: Any, message: str, doing: str) -> str:
    """Which action is missing, on what, and who can change it."""
    found = _ACTION.search(message)
    action = found.group(1) if found else _action_of(error)
    on = _RESOURCE.search(message)
    where = f" on {on.group(1)}" if on else ""
    if "explicit deny" in message:
        kind = re.search(r"explicit deny in an? ([\w -]+?)(?: *[:.(]|$)", message)
        return f"cannot {doing}: {action}{where} is forbidden by {_policy(kind)}; ask whoever keeps the account"
    return (
        f"cannot {doing}: these credentials may not {action}{where}; "
        "`cellburst setup aws --print-policy user` prints what they need"
    )


def _policy(found: re.Match[str] | None) -> str:
    return f"a {found.group(1)}" if found else "a policy"


def _action_of(error: Any) -> str:
    """The action that an operation needs, from its name, where the message does not tell."""
    service, name = call_of(error)[0], str(getattr(error, "operation_name", ""))
    name = _ACTIONS.get(name, name.removesuffix("Batch"))
    return f"{service}:{name}" if service else name


def call_of(error: Any) -> tuple[str, str]:
    """Service and region of a refused call, which Session notes in the answer; "" where they are not known."""
    service, region = getattr(error, "response", {}).get("ResponseMetadata", {}).get(CALL, ("", ""))
    return service, region


def _sentence(text: str) -> str:
    """One line without the dot at its end."""
    return " ".join(text.split()).rstrip(".")
