"""The results as data: ard.json (one entry a statistic), ars.json (CDISC Analysis Results Standard) and tie_out.csv."""
