"""ADRS: the verbs of its parameters, and best response, confirmation and benefit on plain tables."""
