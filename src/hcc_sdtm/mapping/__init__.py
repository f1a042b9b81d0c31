"""Site mappings: the model of the file, opening its tables, settling what only a whole column can say, and applying it."""
