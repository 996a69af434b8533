"""The traffic's state machine: rules that may object to a rollout's next step, and the way back."""
