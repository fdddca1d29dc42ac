"""A Jupyter server with the extension, in this test's folders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_jupyter.jupyter_server import *  # noqa: F403

from cellburst.server.service import SETTING, Service
from tests.server.listening import Opened, pages


@pytest.fixture
def jp_server_config() -> dict[str, Any]:
    """With our extension, and nobody let in without a token."""
    return {"ServerApp": {"jpserver_extensions": {"cellburst.server": True}, "allow_unauthenticated_access": False}}


@pytest.fixture
def service(jp_serverapp: Any) -> Iterator[Service]:
    """What the extension works with, closed in the end."""
    found: Service = jp_serverapp.web_app.settings[SETTING]
    yield found
    found.close()


@pytest.fixture
def page(jp_fetch: Callable[..., Any], jp_ws_fetch: Callable[..., Any], service: Service) -> Opened:
    """Opens a page that listens."""
    return pages(jp_fetch, jp_ws_fetch)
