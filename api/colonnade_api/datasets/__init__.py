"""A Dataset: where its rows come from, what they must keep to, how they are protected and kept."""
