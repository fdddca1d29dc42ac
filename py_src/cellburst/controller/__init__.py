"""The process that owns an environment's live runs and decides.

``reactor`` decides over the plain state of ``core`` and says what it decided as ``effects``; ``loop`` and
``turn`` carry effects out; ``process`` is the life of the process around them.
"""
