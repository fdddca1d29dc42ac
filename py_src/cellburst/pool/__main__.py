"""``python -m cellburst.pool``: see ``pool/launch.py``, which starts it."""

from __future__ import annotations

import gc
import os
import sys

from cellburst.pool.quick_load import load_msgspec

if __name__ == "__main__":
    gc.disable()  # nothing that is loaded now will ever be garbage
    load_msgspec()
    from cellburst.pool.main import main
    from cellburst.pool.process import Born, fail

    found = None
    try:
        status = main(sys.argv[1:])
    except Born as born:
        found = born
    if found is None:
        sys.exit(status)
    try:
        birth = found.birth
        birth.serve(found.sock, birth.blobs, birth.settings, board=found.board.page, files=birth.files)
    except BaseException:
        fail()
    os._exit(0)
