"""The verbs of ``adrs.yaml``: each makes the records of one parameter."""
