"""What passes over all kinds share: actions, the decision, conditions, a Job's result."""
