"""``python -m cellburst.search RUN``: started by the controller for a search run that nobody decides for."""

import sys

from cellburst.search.process import serve

sys.exit(serve(sys.argv[1:]))
