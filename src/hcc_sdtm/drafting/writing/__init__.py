"""A draft as the text of a mapping, each line with its evidence."""
