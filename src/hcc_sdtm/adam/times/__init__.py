"""ADTTE: which date ends each subject's time, under each scheme, with every candidate and the rule that decided."""
