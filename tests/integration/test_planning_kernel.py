"""A notebook is asked before machines are started, and only where somebody can answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cellburst import targets
from cellburst.paths import Folders
from tests.integration.kernels import Kernel, Outcome

_NOBODY = "AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE"
_CELL = "%%remote gpu --parallel 50 --max-cost 20\n1 + 1"
_BUTTON = """
from cellburst.client.machines import agreeing
from cellburst.model.plan import Plan
kernel = get_ipython().kernel
header = {"header": {"msg_type": "comm_msg"}}
kernel.get_parent = lambda *_: header
try:
    agreeing.agree(Plan("ec2", "us-east-1", (), 3, worst=5.0), 1.0, yes=False)
except Exception as error:
    print(error)
finally:
    del kernel.get_parent
"""
_QUESTION = "Start 39 machines for up to $20.00? [y/N] "


@pytest.fixture
def kernel(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    targets.add("gpu", {"backend": "ec2", "instance_type": "g5.xlarge"}, folders)
    for name in _NOBODY.split():
        monkeypatch.setenv(name, "/no-such-file")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    found = Kernel()
    yield found
    found.close()


def answered(kernel: Kernel, answer: str) -> Outcome:
    asked = kernel.client.execute(_CELL, allow_stdin=True)
    question = kernel.client.get_stdin_msg(timeout=120)
    assert question["content"]["prompt"] == _QUESTION
    kernel.client.input(answer)
    return kernel.finish(asked)


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_notebook_is_asked_and_told(kernel: Kernel) -> None:
    refused = answered(kernel, "n")
    assert "g5.xlarge" in refused.shown
    assert "$20.00 at worst" in refused.shown
    assert refused.error["ename"] == "UsageError"
    assert refused.error["evalue"] == "nothing was started: 39 machines for up to $20.00 want a yes"
    agreed = answered(kernel, "y")
    assert agreed.error["ename"] == "AccessError"  # there are no credentials to go on with
    unasked = kernel.finish(kernel.client.execute(_CELL, allow_stdin=False))
    assert "add --yes (yes=True), or raise confirm_above of the target ($1.00)" in unasked.error["evalue"]
    dry = kernel.run(_CELL.replace("--parallel", "--dry-run --parallel"))
    assert not dry.error
    assert "none for longer than 30.6 min" in dry.shown
    assert "nobody can be asked here" in kernel.run(_BUTTON).stdout
    assert kernel.run("import cellburst; print(len(cellburst.runs()))").stdout == "0\n"
