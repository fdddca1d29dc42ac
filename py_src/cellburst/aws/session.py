"""Clients of one account and region, made once and shared by threads.

The SDK is loaded when the first client is asked for. ``AWS_ENDPOINT_URL`` (which the SDK reads itself) or ``endpoint``
sends every service to one address, as the fake cloud wants it.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from typing import Any

from cellburst._version import __version__
from cellburst.aws.clock import ServerClock
from cellburst.aws.errors import CALL, NO_CREDENTIALS, translated
from cellburst.errors import AccessError, UsageError

_CONNECT = 5.0  # seconds
_READ = 60.0  # above the 20 s that SQS keeps a long poll open
_ATTEMPTS = 5
_CONNECTIONS = 64  # side by side, for parts of large objects
_PACED = frozenset({"ec2", "iam", "pricing", "service-quotas"})  # few calls a second: slow down before being refused
_METADATA = {"metadata_service_timeout": 5, "metadata_service_num_attempts": 6}
_METADATA_VARIABLES = {
    "metadata_service_timeout": "AWS_METADATA_SERVICE_TIMEOUT",
    "metadata_service_num_attempts": "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
}


@dataclass(frozen=True)
class Identity:
    """Who the credentials are: ``arn`` of a user or an assumed role, in the account (twelve digits)."""

    account: str
    arn: str
    user: str

    @property
    def partition(self) -> str:
        """ "aws", "aws-cn" or "aws-us-gov"."""
        return self.arn.split(":")[1]


@dataclass
class Session:
    """Clients of AWS. ``machine``: on a machine of ours, where credentials come from the metadata service alone.

    ``region``, ``profile`` and ``endpoint`` are the SDK's own choice where they are empty; so are the credentials,
    unless ``keys`` are those: an id, a secret, and a token if they are temporary.
    """

    region: str = ""
    profile: str = ""
    endpoint: str = ""
    machine: bool = False
    keys: tuple[str, ...] | None = None
    clock: ServerClock = field(default_factory=ServerClock)

    def __post_init__(self) -> None:
        self._lock = threading.RLock()
        self._clients: dict[tuple[str, str, bool], Any] = {}
        self._session: Any = None
        self._identity: Identity | None = None

    def client(self, service: str, region: str = "", *, once: bool = False) -> Any:
        """The client of a service ("s3"); threads may share it. ``region`` if it is not the session's.

        ``once``: a refusal is not tried again, because whoever asks knows something better to do.

        Raises UsageError without the SDK, AccessError without such a profile, CloudError without a region.
        """
        with self._lock:
            found = self._clients.get((service, region, once))
            if found is None:
                with translated(f"reach {service}"):
                    found = self._new_client(service, region, 1 if once else _ATTEMPTS)
                self._clients[service, region, once] = found
            return found

    @property
    def region_name(self) -> str:
        """The region, of the configuration if none was given. Raises UsageError if there is none."""
        # AWS_REGION is what AWS's command line and other SDKs read; this one does not
        found = self.region or os.environ.get("AWS_REGION") or self._sdk().get_config_variable("region")
        if not found:
            raise UsageError("no AWS region is set: give --region, or set AWS_REGION or the target's region")
        return str(found)

    def regions(self) -> tuple[str, ...]:
        """Those that the SDK knows; AWS may have opened others since it was released."""
        sdk = self._sdk()
        return tuple(
            region for part in sdk.get_available_partitions() for region in sdk.get_available_regions("ec2", part)
        )

    def identity(self) -> Identity:
        """Who we are, asked once. Raises AccessError."""
        with self._lock:
            if self._identity is None:
                client = self.client("sts")
                with translated("ask who these credentials are"):
                    answer = client.get_caller_identity()
                self._identity = Identity(answer["Account"], answer["Arn"], answer["UserId"])
            return self._identity

    def credentials(self) -> Any:
        """The SDK's frozen ``access_key``, ``secret_key`` and ``token`` as they are now. Raises AccessError."""
        with translated("load credentials"):
            found = self._sdk().get_credentials()
            frozen = found and found.get_frozen_credentials()
        if not frozen:
            raise AccessError(NO_CREDENTIALS)
        return frozen

    def _sdk(self) -> Any:
        """The SDK's session. Making one is not thread-safe; using its clients is."""
        with self._lock:
            if self._session is None:
                self._session = self._new_session()
            return self._session

    def _new_session(self) -> Any:
        botocore = _botocore()
        made = botocore.session.Session(profile=self.profile or None)
        if self.keys is not None:
            made.set_credentials(*self.keys)
        if self.machine:
            for name, value in _METADATA.items():
                if _METADATA_VARIABLES[name] not in os.environ:
                    made.set_config_variable(name, value)
        events = made.get_component("event_emitter")
        self.clock.listen(events)
        events.register("after-call", _note_call)
        return made

    def _new_client(self, service: str, region: str, attempts: int) -> Any:
        config = _botocore().config.Config(
            connect_timeout=_CONNECT,
            read_timeout=_READ,
            max_pool_connections=_CONNECTIONS,
            retries={"mode": "adaptive" if service in _PACED else "standard", "total_max_attempts": attempts},
            user_agent_extra=f"cellburst/{__version__}",
            # names of buckets are no host names of a server on this machine
            s3={"addressing_style": "path"} if self.elsewhere else None,
        )
        where = region or self.region_name
        return self._sdk().create_client(service, region_name=where, endpoint_url=self.endpoint or None, config=config)

    @property
    def elsewhere(self) -> bool:
        """Whether this is not AWS but what stands in for it."""
        return bool(self.endpoint or os.environ.get("AWS_ENDPOINT_URL"))


def _note_call(parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
    """Leave in the answer what its error will have to name."""
    called = (model.service_model.signing_name, context.get("client_region") or "")
    parsed.setdefault("ResponseMetadata", {})[CALL] = called


def _botocore() -> Any:
    """The SDK. Raises UsageError if it is not installed."""
    try:
        import botocore.config
        import botocore.session
    except ImportError:
        raise UsageError('AWS needs boto3: pip install "cellburst[aws]"') from None
    return botocore
