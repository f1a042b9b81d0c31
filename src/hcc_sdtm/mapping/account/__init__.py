"""What became of every row and every cell that was sent."""
