"""Tests of reading finished archives and of adding to them."""
