"""What of our own a machine must have."""

from __future__ import annotations

import sys

from cellburst.environments.shipped import is_plain


def test_requirements_of_extras_and_of_older_pythons_are_not_for_everybody() -> None:
    newer = f"{sys.version_info[0]}.{sys.version_info[1] + 1}"
    assert is_plain("click>=8.1")
    assert is_plain(f'tomli>=2; python_version < "{newer}"')
    assert not is_plain('tomli>=2; python_version < "3.10"')
    assert not is_plain('boto3>=1.34; extra == "aws"')
