"""``python -m cellburst.pool``: see ``pool/launch.py``, which starts it."""

from __future__ import annotations

import gc
import sys

from cellburst.pool.quick_load import load_msgspec

if __name__ == "__main__":
    gc.disable()  # nothing that is loaded now will ever be garbage
    load_msgspec()
    from cellburst.pool.main import main

    sys.exit(main(sys.argv[1:]))
