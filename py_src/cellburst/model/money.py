"""Amounts of money in words, the same wherever one is shown."""

from __future__ import annotations

_LEAST = 0.0001


def dollars(amount: float) -> str:
    """``"$1,234.50"``, ``"$0.42"``, ``"$0.042"``, ``"$0.0042"``: cents, and of less than ten of them two digits.

    The page has the same (labextension/src/format.ts).
    """
    spent = max(0.0, amount)
    if 0 < spent < _LEAST:
        return f"<${_LEAST}"
    digits = 4 if 0 < spent < 0.00995 else 3 if 0 < spent < 0.0995 else 2
    return f"${spent:,.{digits}f}"
