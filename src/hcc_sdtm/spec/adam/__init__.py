"""How ADSL, ADRS and ADTTE are made, as a statistician writes it: ``adsl.yaml``, ``adrs.yaml``, ``parameters/*.yaml``.

Only facts of a trial stand there: which records, which date, which code. What the words mean (best response, missed
assessments) is in `hcc_sdtm.adam`. Another trial writes other files and no code.
"""
