"""What each column is, and the blocks that follow from it."""
