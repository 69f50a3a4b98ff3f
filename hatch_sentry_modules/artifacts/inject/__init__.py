"""Puts a manifest into an application that is bundled already."""
