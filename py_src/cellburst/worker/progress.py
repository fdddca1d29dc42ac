"""Reading progress bars off a stream."""

from __future__ import annotations

import re

# tqdm: "fit:  40%|####      | 4/10 [00:01<00:02,  3.01it/s, loss=0.1]"
_BAR = re.compile(r"(?:([^\r\n]*?): )? *(\d+(?:\.\d+)?)%\|[^|\r\n]*\| *([^\r\n]*)")


def read_bar(text: str) -> tuple[float, str] | None:
    """The newest bar in ``text``: its fraction, and what it says besides."""
    if "%|" not in text:
        return None
    bars = list(_BAR.finditer(text))
    if not bars:
        return None
    title, percent, rest = bars[-1].groups()
    fraction = min(1.0, float(percent) / 100)
    counts = rest.partition(" [")[0]
    done, slash, total = counts.partition("/")
    if slash and done.isdigit() and total.isdigit() and int(total):
        fraction = min(1.0, int(done) / int(total))  # finer than whole percents
    said = " ".join(filter(None, ((title or "").strip(), rest.strip())))
    return fraction, said[:200]
