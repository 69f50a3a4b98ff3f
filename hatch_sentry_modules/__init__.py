"""Freezes a project's resolved distributions into a generated module at build time."""

__version__ = "0.1.0"
