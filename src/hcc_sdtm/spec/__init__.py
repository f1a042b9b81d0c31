"""The files that people write: spec tables, trial, parameters, endpoints, study. Read into values, every problem at once."""
