"""Queries to the sites: workbooks that ask, and the reading of the answers. Each workbook is for its own site only."""
