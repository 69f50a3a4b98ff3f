"""The test suites of other projects, without and with this one active (``make test-peers``)."""
