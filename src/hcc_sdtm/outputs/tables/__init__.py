"""Tables for a report: one plain model, a file for each kind of table, HTML and RTF."""
