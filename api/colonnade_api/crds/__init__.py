"""From the types to the CRDs: `python -m colonnade_api.crds` writes them, `--check` says what differs."""
