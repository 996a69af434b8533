"""A Dataset: when it is collected, and what became of it."""
