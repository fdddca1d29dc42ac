"""``python -m cellburst.fleet --fd N``: started by the controller for a target with machines."""

import sys

from cellburst.fleet.process import serve

sys.exit(serve(sys.argv[1:]))
