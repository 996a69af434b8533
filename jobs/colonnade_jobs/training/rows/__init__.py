"""The rows of a version, in memory, split, and what is wrong with a split."""
