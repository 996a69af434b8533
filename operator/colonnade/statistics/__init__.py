"""The tests beneath verdicts: pure functions of counts, each with its source."""
