"""Who asks, and whether he may. Signatures are always checked, policies of users and roles if ``enforcing``; what a
bucket's policy denies is always denied."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cellburst.testing.fakecloud.server import account, signatures, strict
from cellburst.testing.fakecloud.server.asked import Answer, Asked, refusal
from cellburst.testing.fakecloud.server.needs import needs
from cellburst.testing.fakecloud.server.policies import Needed, Policy, allows, effects_of
from cellburst.testing.fakecloud.server.signatures import Forged


@dataclass(frozen=True)
class Principal:
    """A user or a role's session. ``bounds`` are policies that must allow, too: a boundary's, a session's."""

    arn: str
    user: str
    secret: str
    token: str
    policies: tuple[Policy, ...]
    bounds: tuple[Policy, ...] = ()


@dataclass
class Authority:
    """``enforcing``: whether what policies do not allow is refused."""

    enforcing: bool = False

    def check(self, request: Asked) -> Answer | None:
        """A refusal, or None for a request that may go on."""
        signed = signatures.read(request)
        if signed is None:
            return _unsigned(request)
        request.key = signed.key
        _, request.region, request.service, _ = (*signed.scope.split("/"), "", "", "", "")[:4]
        who = principal(signed.key)
        if who is None or who.token != signed.token:
            return refusal(request, *_unknown(request))
        try:
            signatures.check(request, signed, who.secret)
        except Forged as error:
            return refusal(request, _of_service(request, error.code), str(error), 403)
        if request.service == "sts" and request.action == "GetCallerIdentity":
            return _identity(who)
        request.user = who.user
        return self._permitted(request, who)

    def _permitted(self, request: Asked, who: Principal) -> Answer | None:
        for need in needs(request):
            policy = _bucket_policy(need) if request.service == "s3" else None
            said = effects_of(policy, need, who.arn) if policy else set()
            if "Deny" in said:
                return _denied(request, who, need, "with an explicit deny in a resource-based policy")
            if self.enforcing and not _allowed(who, need, "Allow" in said):
                return _denied(request, who, need, "because no identity-based policy allows it")
        return strict.refused(request, lambda need: not self.enforcing or _allowed(who, need, False))


def _allowed(who: Principal, need: Needed, by_resource: bool) -> bool:
    effects = {effect for policy in who.policies for effect in effects_of(policy, need)}
    if "Deny" in effects or not ("Allow" in effects or by_resource):
        return False
    return all(allows([bound], need) for bound in who.bounds)


def principal(key: str) -> Principal | None:
    """Whose access key that is; None if nobody's."""
    iam = account.backend("iam", "aws")
    for user in list(iam.users.values()):
        for each in user.access_keys:
            if each.access_key_id == key:
                return Principal(user.arn, user.id, each.secret_access_key, "", _policies(user))
    for session in list(account.backend("sts", "aws").assumed_roles):
        if session.access_key_id == key:
            role = next((role for role in list(iam.roles.values()) if role.arn == session.role_arn), None)
            found = _policies(role) if role else ()
            bounds = (*_boundary(role), *([_read(session.policy)] if session.policy else []))
            secret, token = session.secret_access_key, session.session_token
            return Principal(session.arn, session.user_id, secret, token, found, bounds)
    return None


def _policies(holder: Any) -> tuple[Policy, ...]:
    inline = [_read(text) for text in list(holder.policies.values())]
    return (*inline, *map(_document, list(holder.managed_policies.values())))


def _document(policy: Any) -> Policy:
    for version in policy.versions:
        if version.is_default:
            return _read(version.document)
    return {}


@lru_cache(maxsize=1024)
def _read(text: str) -> Policy:
    return dict(json.loads(text))


def _boundary(role: Any) -> tuple[Policy, ...]:
    """A boundary that is gone allows nothing."""
    if role is None or not role.permissions_boundary_arn:
        return ()
    policy = account.backend("iam", "aws").managed_policies.get(role.permissions_boundary_arn)
    return (_document(policy) if policy else {},)


def _bucket_policy(need: Needed) -> Policy | None:
    name = need.resource.rpartition(":")[2].partition("/")[0]
    bucket = account.backend("s3", "aws").buckets.get(name)
    if bucket is None or not bucket.policy:
        return None
    return _read(bucket.policy.decode())


def _denied(request: Asked, who: Principal, need: Needed, why: str) -> Answer:
    message = f"User: {who.arn} is not authorized to perform: {need.action} on resource: {need.resource} {why}"
    if request.service == "ec2":
        return refusal(request, "UnauthorizedOperation", f"You are not authorized to perform this operation. {message}")
    json_service = request.service in ("ssm", "pricing", "servicequotas")
    return refusal(request, "AccessDeniedException" if json_service else "AccessDenied", message)


def _unknown(request: Asked) -> tuple[str, str, int]:
    code = {"s3": "InvalidAccessKeyId", "ec2": "AuthFailure"}.get(request.service, "InvalidClientTokenId")
    return code, "The security token included in the request is invalid.", 401 if code == "AuthFailure" else 403


def _unsigned(request: Asked) -> Answer:
    if "AWSAccessKeyId" in request.parameters:
        return refusal(request, "InvalidRequest", "Please use AWS4-HMAC-SHA256.")  # as all buckets since 2020 say
    if request.service == "s3":
        return refusal(request, "AccessDenied", "Access Denied")
    return refusal(request, "MissingAuthenticationToken", "Request is missing Authentication Token", 403)


def _of_service(request: Asked, code: str) -> str:
    if request.service == "ec2":
        return "AuthFailure"
    if request.service != "s3" and code in ("RequestTimeTooSkewed", "AccessDenied"):
        return "SignatureDoesNotMatch"
    return code


def _identity(who: Principal) -> Answer:
    text = (
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
        f"<Arn>{who.arn}</Arn><UserId>{who.user}</UserId><Account>{account.NUMBER}</Account>"
        "</GetCallerIdentityResult><ResponseMetadata><RequestId>fake</RequestId></ResponseMetadata>"
        "</GetCallerIdentityResponse>"
    )
    return Answer(200, text.encode())
