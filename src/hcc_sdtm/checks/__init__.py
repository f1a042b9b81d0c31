"""Rules that say what is wrong with SDTM and ADaM data; they read and change nothing."""
