"""Delimited text files: encoding, delimiter and records, found from the bytes."""
