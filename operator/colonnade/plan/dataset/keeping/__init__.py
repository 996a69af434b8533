"""A Dataset's versions, kept: which stay, and when they are proven, copied, compared and collected."""
