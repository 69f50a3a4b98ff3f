"""Tests of the sources, one file for each lock format."""
