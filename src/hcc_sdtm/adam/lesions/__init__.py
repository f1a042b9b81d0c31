"""Lesions over time: their records, the sums of the targets, and the responses that follow from them at each visit.

Knows response criteria as data (`hcc_sdtm.spec.adam.criteria`); what an investigator recorded as the response is compared
with it and never used to make it.
"""
