from __future__ import annotations

import io

import pytest
from tqdm import tqdm

from cellburst.worker.progress import read_bar


@pytest.mark.parametrize(
    ("text", "fraction", "said"),
    [
        ("\r 40%|####      | 4/10 [00:01<00:02,  3.01it/s]", 0.4, "4/10 [00:01<00:02,  3.01it/s]"),
        ("\rfit:  25%|##5       | 1/4 [00:01<00:02, loss=0.1]", 0.25, "fit 1/4 [00:01<00:02, loss=0.1]"),
        ("\r  0%|          | 1/1000 [00:00<?, ?it/s]", 0.001, "1/1000 [00:00<?, ?it/s]"),
        ("\r100%|##########| 1.0k/1.0k [00:00]", 1.0, "1.0k/1.0k [00:00]"),
        ("\r 10%|# | 1/10 [a]\r 20%|## | 2/10 [b]", 0.2, "2/10 [b]"),
    ],
)
def test_bars_are_read(text: str, fraction: float, said: str) -> None:
    assert read_bar(text) == (pytest.approx(fraction), said)


@pytest.mark.parametrize("text", ["", "100%", "50% | of it", "%|", "a|b%|"])
def test_other_text_is_no_bar(text: str) -> None:
    assert read_bar(text) is None


def test_a_real_bar_is_read() -> None:
    stream = io.StringIO()
    for _ in tqdm(range(4), desc="epoch", file=stream):
        pass
    found = read_bar(stream.getvalue())
    assert found is not None
    assert found[0] == 1.0
    assert found[1].startswith("epoch 4/4")
