"""One application as a function in a cloud: a folder that never was a wheel."""
