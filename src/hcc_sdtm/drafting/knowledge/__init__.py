"""What a draft knows: headers, terms and units as data, the usual form, and what approved mappings teach."""
