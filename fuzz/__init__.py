"""Feeds hostile input to everything that reads any: ``python -m fuzz`` (Python 3.11, Linux)."""
