"""The process that owns an environment's live runs and decides."""
