"""What a trial costs beside its bare fit, and where it goes."""
