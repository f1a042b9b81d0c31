"""SDTM from mapped records: identifiers, sequence numbers, reference dates, study days, epochs, visits, qualifiers."""
