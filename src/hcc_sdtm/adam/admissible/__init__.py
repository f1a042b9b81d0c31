"""What the unknown parts of dates leave open: the earliest and latest value of each time over all completions."""
