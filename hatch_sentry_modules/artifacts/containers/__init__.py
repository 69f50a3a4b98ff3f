"""Reads what an application is shipped in: archives, executables of freezers, directories."""
