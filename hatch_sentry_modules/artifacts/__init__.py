"""Reads finished archives, and adds files to them without disturbing what is there."""
