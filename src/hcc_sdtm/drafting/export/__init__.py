"""An unseen export: its tables, its columns and what their values look like."""
