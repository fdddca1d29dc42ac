"""The kernel's side: find or start the controller, submit, follow, collect.

``connecting`` finds the controller and speaks with it; ``options`` are what the user asks for, ``surroundings`` are
the kernel around a cell. ``caching`` finds results that are there already, ``machines`` plans and prices those that a
run needs, ``collecting`` makes values of what is recorded, ``tables`` put tasks side by side. ``following`` watches a
run, ``runs`` are what the user holds, ``starting`` makes them of cells and functions, ``executors`` of calls.
"""
