"""One file for each tool that calls in; nothing is decided here, and no tool is imported."""
