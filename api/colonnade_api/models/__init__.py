"""A ModelVersion: how it is trained, what it must prove, and what is known of it."""
