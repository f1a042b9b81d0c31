"""What a run leaves behind: one file for each thing written, and the trace back from it."""
