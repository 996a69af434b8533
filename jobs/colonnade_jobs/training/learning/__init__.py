"""From columns and an estimator's name to a fitted pipeline."""
