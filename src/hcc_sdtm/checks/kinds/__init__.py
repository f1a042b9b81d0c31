"""The kinds of rules that lines of ``rules/*.csv`` may be, each a function from a dataset to its flags."""
