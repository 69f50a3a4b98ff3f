"""Freezes a project's resolved distributions into a generated module at build time."""
