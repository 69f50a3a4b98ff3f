"""Bundles, built by the real tools and run."""
