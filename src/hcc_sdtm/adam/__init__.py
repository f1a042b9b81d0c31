"""The analysis datasets ADSL, ADRS and ADTTE, derived from SDTM by the specs of `hcc_sdtm.spec.adam`."""
