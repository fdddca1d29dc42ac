"""Sessions of AWS with credentials of their own instead of those of the environment."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from cellburst.aws.session import Session


class Keyed(Session):
    """A session with ``keys``. Reading descriptions of services is most of a client's cost: they share it."""

    @classmethod
    def of_variables(cls, variables: Mapping[str, str]) -> Keyed:
        """Of a user of the fake cloud."""
        keys = (variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"])
        return cls(variables["AWS_REGION"], endpoint=variables["AWS_ENDPOINT_URL"], keys=keys)

    @classmethod
    def of_role(cls, session: Session, arn: str, name: str = "i-0abc") -> Keyed:
        """Of somebody who takes a role on."""
        found = session.client("sts").assume_role(RoleArn=arn, RoleSessionName=name)["Credentials"]
        keys = (found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
        return cls(session.region_name, endpoint=session.endpoint, keys=keys)

    def _new_session(self) -> Any:
        made = super()._new_session()
        made.register_component("data_loader", _loader())
        return made


@cache
def _loader() -> Any:
    import botocore.session

    return botocore.session.Session().get_component("data_loader")
