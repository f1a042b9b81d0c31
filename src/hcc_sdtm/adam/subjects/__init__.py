"""ADSL: one record a subject, each variable by its rule; which records and qualifiers a rule reads."""
