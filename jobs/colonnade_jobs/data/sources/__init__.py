"""From a source, wherever it lies, to local files, and what changed in it since the version before."""
