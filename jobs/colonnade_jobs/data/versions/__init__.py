"""A version as it lies in the store: its tables, manifest and profile, written and opened again."""
