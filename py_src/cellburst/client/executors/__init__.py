"""Calls as tasks of one open run: for `concurrent.futures`, asyncio and joblib."""
