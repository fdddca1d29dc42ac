"""Variables of the environment: what was changed, and how they come back unread."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as some

from cellburst.library_state.sealing import new_key, seal, unseal
from tests.unit.library_state.processes import run


def test_what_was_changed_since_the_start() -> None:
    run(
        "import os\nfrom cellburst.library_state.environment import changes, for_children\n"
        "assert changes() == ({}, ())\n"
        "os.environ['NEW'] = 'n'; os.environ['OLD'] = 'other'; del os.environ['GONE']\n"
        "os.environ['CELLBURST_IDLE'] = '9'\n"
        "assert changes() == ({'NEW': 'n', 'OLD': 'other'}, ('GONE',)), changes()\n"
        "found = for_children()\n"
        "assert found['OLD'] == 'old' and found['GONE'] == 'g' and found['CELLBURST_IDLE'] == '9'\n"
        "assert 'NEW' not in found\n",
        OLD="old",
        GONE="g",
    )


@given(some.dictionaries(some.text(), some.none() | some.text()))
def test_sealed_variables_are_read_with_their_key_alone(values: dict[str, str | None]) -> None:
    key = new_key()
    sealed = seal(values, key)
    assert unseal(sealed, key) == values
    assert seal(values, key) != sealed
    assert not any(text.encode() in sealed for text in values.values() if text and len(text) > 3)


def test_the_module_path_is_changed_and_not_replaced(tmp_path: Path) -> None:
    run(
        "get('sys.path')\nsys.path[:] = ['', 'lib', 7]\n"
        "put('sys.path', (['', 'lib', '/extra'], ['first', '', 'lib', '/extra', '/last']))\n"
        "assert sys.path == ['first', '', 'lib', '/last', 7], sys.path\n",
    )


def test_variables_and_folder(tmp_path: Path) -> None:
    run(
        f"import os, time\nput('os.environ', {{'TZ': 'Asia/Tokyo', 'GONE': None, 'NEVER': None}})\n"
        "assert time.tzname == ('JST', 'JST') and 'GONE' not in os.environ\n"
        f"put('working directory', {str(tmp_path)!r})\nassert os.getcwd() == {str(tmp_path)!r}\n"
        "try:\n    put('working directory', '')\nexcept OSError:\n    pass\nelse:\n    raise AssertionError\n",
        GONE="g",
    )


def test_resource_limits_and_the_file_mask() -> None:
    run(
        "import os, resource\nassert get('resource limits') is None\nfrom cellburst.library_state import surroundings\n"
        "soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (soft - 1, hard))\nvalue = sent('resource limits')\n"
        "assert value == {resource.RLIMIT_NOFILE: (soft - 1, hard)}\nput('resource limits', None)\n"
        "assert resource.getrlimit(resource.RLIMIT_NOFILE) == (soft, hard)\nput('resource limits', value)\n"
        "assert resource.getrlimit(resource.RLIMIT_NOFILE) == (soft - 1, hard)\n"
        "put(surroundings.FILE_MASK, 0o027)\nassert os.umask(0) == 0o027\n"
    )
