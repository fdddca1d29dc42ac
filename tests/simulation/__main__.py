"""``python -m tests.simulation [--seeds 20000] [--first 0] [--real]``: each broken promise prints its seed.

Unless ``--real``, signatures are cheap ones; what happens in a world does not depend on that.
"""

from __future__ import annotations

import argparse
import sys
import time

from tests.simulation.signatures import make_cheap


def broken(first: int, count: int) -> list[tuple[int, str]]:
    from tests.simulation.world import World  # it makes keys

    found = []
    for seed in range(first, first + count):
        try:
            World(seed).run()
        except Exception as error:
            found.append((seed, f"{type(error).__name__}: {error}"))
            print(f"seed {seed}: {error}\n  python -m tests.simulation --first {seed} --seeds 1", flush=True)
        if (seed + 1 - first) % 1000 == 0:
            print(f"{seed + 1 - first} seeds, {len(found)} broken", flush=True)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--real", action="store_true")
    chosen = parser.parse_args()
    if not chosen.real:
        make_cheap()
    began = time.monotonic()
    found = broken(chosen.first, chosen.seeds)
    print(f"{chosen.seeds} seeds from {chosen.first}, {len(found)} broken, {time.monotonic() - began:.1f} s")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
