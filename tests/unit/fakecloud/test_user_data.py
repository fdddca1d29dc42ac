"""User data in the forms in which cloud-init takes it."""

from __future__ import annotations

import gzip
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

from cellburst.testing.fakecloud.machines.user_data import scripts

SCRIPT = b"#!/bin/sh\necho hello\n"


def test_a_script_is_itself() -> None:
    assert scripts(SCRIPT) == ([SCRIPT], [])


def test_a_compressed_script_is_unpacked() -> None:
    assert scripts(gzip.compress(SCRIPT)) == ([SCRIPT], [])


def test_parts_are_executed_in_order() -> None:
    message = MIMEMultipart()
    for text in ("#!/bin/sh\necho 1\n", "#!/bin/sh\necho 2\n"):
        message.attach(MIMEText(text, "x-shellscript"))
    found, strange = scripts(message.as_bytes())
    assert [part.split()[-1] for part in found] == [b"1", b"2"]
    assert strange == []


def test_what_is_no_script_is_named() -> None:
    found, strange = scripts(b"#cloud-config\npackages: [git]\n")
    assert found == []
    assert "#cloud-config" in strange[0]


def test_nothing_is_nothing() -> None:
    assert scripts(b"") == scripts(b" \n") == ([], [])
