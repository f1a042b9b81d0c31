"""Controlled terminology as it is published, and what a package of it changes for a study."""
