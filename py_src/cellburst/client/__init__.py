"""The kernel's side: find or start the controller, submit, follow, collect.

``discover`` finds the controller, ``link`` speaks with it, ``connection`` keeps both together with the
store and the blobs; ``cell`` and ``functions`` make runs, ``follow`` watches them, ``run`` and ``results``
are what the user holds.
"""
