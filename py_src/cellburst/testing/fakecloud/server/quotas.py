"""Service Quotas, for the vCPUs of EC2."""

from __future__ import annotations

from typing import Any

from cellburst.testing.fakecloud.server import account
from cellburst.testing.fakecloud.server.asked import Answer, Asked, json_answer, refusal
from cellburst.testing.fakecloud.server.limits import QUOTAS, Limits, Quota


def answer(request: Asked, limits: Limits) -> Answer | None:
    """GetServiceQuota, GetAWSDefaultServiceQuota and ListServiceQuotas; None for what moto may know."""
    given = request.parameters
    if given.get("ServiceCode") != "ec2":
        return None
    if request.action in ("ListServiceQuotas", "ListAWSDefaultServiceQuotas"):
        return json_answer({"Quotas": [_told(quota, limits, request.region) for quota in QUOTAS]})
    if request.action not in ("GetServiceQuota", "GetAWSDefaultServiceQuota"):
        return None
    for quota in QUOTAS:
        if quota.code == given.get("QuotaCode"):
            return json_answer({"Quota": _told(quota, limits, request.region)})
    return refusal(request, "NoSuchResourceException", "The specified quota does not exist.")


def _told(quota: Quota, limits: Limits, region: str) -> dict[str, Any]:
    return {
        "ServiceCode": "ec2",
        "ServiceName": "Amazon Elastic Compute Cloud (Amazon EC2)",
        "QuotaArn": f"arn:aws:servicequotas:{region}:{account.NUMBER}:ec2/{quota.code}",
        "QuotaCode": quota.code,
        "QuotaName": quota.name,
        "Value": limits.value(quota),
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": False,
    }
