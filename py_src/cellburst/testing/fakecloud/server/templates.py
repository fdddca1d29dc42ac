"""Launch templates, and what moto drops of them."""

from __future__ import annotations

from typing import Any

from cellburst.testing.fakecloud.server import account


def template_data(region: str, names: dict[str, Any]) -> dict[str, Any]:
    """What a version of a launch template says."""
    ec2 = account.backend("ec2", region)
    if names.get("LaunchTemplateId"):
        template = ec2.get_launch_template(template_id=names["LaunchTemplateId"])
    else:
        template = ec2.get_launch_template_by_name(name=names.get("LaunchTemplateName"))
    version = str(names.get("Version") or "$Default")
    number = {"$Default": template.default_version_number, "$Latest": template.latest_version_number}.get(
        version, version
    )
    return dict(template.get_version(int(number)).data)


def instance_tags(given: dict[str, Any], data: dict[str, Any]) -> dict[str, dict[str, str]]:
    """By kind: those of the template, and those of the fleet over them."""
    found: dict[str, dict[str, str]] = {}
    for one in data.get("TagSpecifications") or []:
        found[one["ResourceType"]] = {tag["Key"]: tag["Value"] for tag in one.get("Tags") or one.get("Tag") or []}
    for name, kind in given.items():
        if name.startswith("TagSpecification.") and name.endswith(".ResourceType"):
            start = f"{name.removesuffix('ResourceType')}Tag."
            keys = {key: value for key, value in given.items() if key.startswith(start) and key.endswith(".Key")}
            tags = {str(value): str(given.get(f"{key.removesuffix('Key')}Value", "")) for key, value in keys.items()}
            found.setdefault(str(kind), {}).update(tags)
    return found


def finish(
    ec2: Any, model: Any, behaviour: str | None, profile: dict[str, Any], metadata: dict[str, Any], market: str
) -> None:
    """Set on an instance what moto has not."""
    from moto.ec2.models.instances import MetadataOptions
    from moto.ec2.utils import filter_iam_instance_profiles, random_iam_instance_profile_association_id

    model.instance_initiated_shutdown_behavior = behaviour or "stop"
    if any(profile.values()) and model.id not in ec2.iam_instance_profile_associations:
        found = filter_iam_instance_profiles(
            ec2.account_id, ec2.partition, profile.get("Arn") or None, profile.get("Name") or None
        )
        model.iam_instance_profile = {"Arn": found.arn, "Id": random_iam_instance_profile_association_id()}
    if metadata:
        model.metadata_options = MetadataOptions(metadata)
    model.lifecycle = "spot" if market == "spot" else None
