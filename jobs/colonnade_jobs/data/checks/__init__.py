"""What rows, columns and the whole table must keep to, and what was found."""
