"""Which browser the tests use; run as a script, it installs one if there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
PACKAGES = ["chromium", "fonts-dejavu-core"]
NONE_FOUND = (
    "The tests of the panel need Chromium, and none could be installed. Install it (Debian: apt-get install "
    f"{' '.join(PACKAGES)}), or set CELLBURST_CHROMIUM to the path of yours. `make test-js test-python` needs none."
)


def installed(playwright: Playwright) -> str | None:
    """The path of a Chromium: the one that is asked for, the system's, or Playwright's own."""
    own = playwright.chromium.executable_path
    found = os.environ.get("CELLBURST_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    return found or (own if Path(own).exists() else None)


def launched(playwright: Playwright) -> Browser:
    """A new browser without a window."""
    path = installed(playwright)
    if path is None:
        raise RuntimeError(NONE_FOUND)
    arguments = ["--disable-gpu", "--force-color-profile=srgb", "--disable-dev-shm-usage"]
    if os.geteuid() == 0:  # Chromium refuses to start as root with a sandbox
        arguments.append("--no-sandbox")
    return playwright.chromium.launch(executable_path=path, args=arguments)


def install() -> bool:
    """With the system's packages if we may, else Playwright's own; whether a way has worked."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        add = ["apt-get", "install", "--quiet=2", "--yes", "--no-install-recommends", *PACKAGES]
        if all(_worked(command, environment) for command in (["apt-get", "update", "--quiet=2"], add)):
            return True
    return _worked([sys.executable, "-m", "playwright", "install", "chromium"], dict(os.environ))


def _worked(command: list[str], environment: dict[str, str]) -> bool:
    return subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False).returncode == 0


def main() -> int:
    """Exit status 0 if there is a browser afterwards."""
    with sync_playwright() as playwright:
        if installed(playwright):
            return 0
        print("Installing Chromium ...", flush=True)
        if install() and installed(playwright):
            return 0
    print(NONE_FOUND, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
