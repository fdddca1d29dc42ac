"""The permissions boundary: the most that the role of any machine may do, whoever makes the role."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from cellburst.account.part import Standing
from cellburst.account.place import Place
from cellburst.account.policies.document import Document, same, written
from cellburst.account.policies.machine import boundary_policy
from cellburst.aws import names
from cellburst.aws.errors import translated, unless
from cellburst.aws.session import Session
from cellburst.errors import CloudError

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{2,62}")
_MOST_VERSIONS = 5  # that IAM keeps of a policy


@dataclass(frozen=True)
class Boundary:
    """A policy of the account, for all regions. It lets machines reach buckets of ours, and those it already names."""

    session: Session
    place: Place

    @property
    def title(self) -> str:
        return f"permissions boundary {names.BOUNDARY}"

    def look(self) -> Standing:
        found = self._current()
        if found is None:
            return Standing(False)
        if same(found, self._wanted(found)):
            return Standing(True)
        return Standing(True, ("it allows machines something else than this version of cellburst needs",))

    def mend(self) -> None:
        found = self._current()
        if found is None:
            with translated(f"create the {self.title}"), unless("EntityAlreadyExists"):
                self._iam.create_policy(
                    PolicyName=names.BOUNDARY,
                    Path=names.ROLE_PATH,
                    PolicyDocument=written(self._wanted(None)),
                    Description="The most that machines of cellburst may do",
                )
        elif not same(found, self._wanted(found)):
            self._replace(self._wanted(found))

    def remove(self) -> bool:
        """Raises CloudError with the code DeleteConflict while a role has it."""
        if self._current() is None:
            return False
        with translated(f"delete the {self.title}"):
            for version in self._versions():
                if not version["IsDefaultVersion"]:
                    with unless("NoSuchEntity"):
                        self._iam.delete_policy_version(PolicyArn=self.place.boundary, VersionId=version["VersionId"])
            with unless("NoSuchEntity"):
                self._iam.delete_policy(PolicyArn=self.place.boundary)
        return True

    @property
    def _iam(self) -> Any:
        return self.session.client("iam")

    def _current(self) -> Document | None:
        """What it says now; None if it is not there."""
        try:
            with translated(f"look at the {self.title}"):
                version = self._iam.get_policy(PolicyArn=self.place.boundary)["Policy"]["DefaultVersionId"]
                found = self._iam.get_policy_version(PolicyArn=self.place.boundary, VersionId=version)
        except CloudError as error:
            if error.code == "NoSuchEntity":
                return None
            raise
        policy: Document = found["PolicyVersion"]["Document"]
        return policy

    def _wanted(self, found: Document | None) -> Document:
        """With every bucket that has a name of its own: this place's, and those of other regions."""
        further = [name for name in _buckets(found) if name not in self.place.buckets]
        return boundary_policy(self.place, tuple(sorted(further)))

    def _replace(self, policy: Document) -> None:
        with translated(f"change the {self.title}"):
            versions = self._versions()
            if len(versions) >= _MOST_VERSIONS:
                oldest = min((each for each in versions if not each["IsDefaultVersion"]), key=_number)
                self._iam.delete_policy_version(PolicyArn=self.place.boundary, VersionId=oldest["VersionId"])
            self._iam.create_policy_version(
                PolicyArn=self.place.boundary, PolicyDocument=written(policy), SetAsDefault=True
            )

    def _versions(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._iam.list_policy_versions(PolicyArn=self.place.boundary)["Versions"]
        return found


def _number(version: dict[str, Any]) -> int:
    return int(version["VersionId"].lstrip("v"))


def _buckets(policy: Document | None) -> list[str]:
    """The buckets that a boundary names; a pattern is no name, and is not kept."""
    lists = [each for each in (policy or {}).get("Statement", ()) if "s3:ListBucket" in each.get("Action", ())]
    resources = [one for each in lists for one in _listed(each["Resource"])]
    return [name for name in (one.rpartition(":")[2] for one in resources) if _NAME.fullmatch(name)]


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
