"""Workbooks of every kind: the texts of their cells, and what else is known of a cell."""
