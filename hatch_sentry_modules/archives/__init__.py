"""Writes wheels, sdists and zip archives, and puts finished files into place."""
