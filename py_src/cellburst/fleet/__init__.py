"""Machines that exist for one run: got, fed, watched and ended by a process of its own for each target.

``core`` decides (facts in, effects out, the time given); ``process`` is the loop around it, ``cloud`` and ``bucket``
the threads that speak with AWS. Nothing is kept here: what must not be forgotten is committed by the controller before
it is done, is in the bucket, or is a tag.
"""
