"""Tests of the run-time side; they run on every Python and SDK that it supports."""
