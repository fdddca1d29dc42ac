"""Where in the cloud: an account, a region of it, and our bucket there."""

from __future__ import annotations

from dataclasses import dataclass

from cellburst.aws import names
from cellburst.aws.session import Session


@dataclass(frozen=True)
class Place:
    """An account (twelve digits) and region, with the bucket that is used there."""

    account: str
    region: str
    bucket: str
    partition: str = "aws"

    @classmethod
    def of(cls, session: Session, bucket: str = "") -> Place:
        """Where these credentials lead. Raises AccessError, UsageError without a region."""
        region, identity = session.region_name, session.identity()
        return cls(identity.account, region, bucket or names.bucket(identity.account, region), identity.partition)

    @property
    def own_name(self) -> bool:
        """Whether the bucket has a name that somebody chose."""
        return not self.bucket.startswith(f"{names.PREFIX}-{self.account}-")

    @property
    def buckets(self) -> list[str]:
        """Patterns of all buckets of ours that are known of: the usual ones, and this one."""
        return [f"{names.PREFIX}-{self.account}-*", *([self.bucket] if self.own_name else [])]

    @property
    def boundary(self) -> str:
        """The ARN of the permissions boundary."""
        return names.boundary_arn(self.account, self.partition)

    def arn(self, service: str, resource: str, region: str = "", account: str | None = None) -> str:
        """The ARN of something here."""
        return f"arn:{self.partition}:{service}:{region}:{self.account if account is None else account}:{resource}"

    def object_arn(self, key: str = "", bucket: str = "") -> str:
        """The ARN of objects of the bucket, or of the bucket itself."""
        return f"arn:{self.partition}:s3:::{bucket or self.bucket}{'/' + key if key else ''}"
