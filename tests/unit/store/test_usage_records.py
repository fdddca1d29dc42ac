from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from cellburst.model.usage import UsageSample
from cellburst.store.outputs import Attempt, OutputFiles
from cellburst.store.usage_records import packed, unpacked

NUMBERS = st.floats(0, 1e6)
SAMPLES = st.lists(
    st.builds(UsageSample, NUMBERS, NUMBERS, st.integers(0, 1 << 50), st.none() | NUMBERS, st.integers(0, 1 << 50)),
    max_size=5,
)
RUN, FIRST = "0000001-abcd", Attempt(0, 1, 1)


@given(SAMPLES, st.integers(0, 31))
def test_a_torn_end_is_left_out(samples: list[UsageSample], torn: int) -> None:
    assert unpacked(packed(samples) + bytes(torn)) == samples


def test_a_torn_end_is_written_over(tmp_path: Path) -> None:
    files = OutputFiles(tmp_path, 100, 100)
    one, two = UsageSample(1.0, 1.0, 5), UsageSample(2.0, 1.0, 6, 0.5, 7)
    files.append_usage(RUN, FIRST, [one])
    path = tmp_path / RUN / "0.1.usage"
    with path.open("ab") as file:
        file.write(b"torn")
    files.append_usage(RUN, FIRST, [two])
    assert files.usage(RUN, FIRST) == [one, two]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    files = OutputFiles(tmp_path / "outputs", 100, 100)
    (tmp_path / "outputs" / RUN).mkdir(parents=True)
    (tmp_path / "victim").write_bytes(b"x" * 32)
    (tmp_path / "outputs" / RUN / "0.1.usage").symlink_to(tmp_path / "victim")
    try:
        files.append_usage(RUN, FIRST, [UsageSample(1.0, 1.0, 5)])
    except OSError:
        pass
    assert (tmp_path / "victim").read_bytes() == b"x" * 32
