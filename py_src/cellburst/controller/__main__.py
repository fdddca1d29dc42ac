"""``python -m cellburst.controller``: started by whoever needs a controller and finds none."""

import gc
import sys

from cellburst.pool.quick_load import load_msgspec

gc.disable()  # nothing that is loaded now will ever be garbage; ``process.serve`` turns it on
load_msgspec()

from cellburst.wiring import run_controller  # noqa: E402

sys.exit(run_controller(sys.argv[1:]))
