"""Rules on the rows of a table: values, how columns are read, and what could not be."""
