"""Functions for one step of an analysis dataset, on plain DataFrames with columns that the caller names."""
