"""State that libraries keep outside of any variable, and that a cell finds and leaves as it would in the kernel.

``registry`` holds what there is, ``gathering`` and ``putting`` read and set it; each other module has one library's.
"""
