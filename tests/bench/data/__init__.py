"""What a dataset Job costs beside plain DuckDB and plain pandas doing the same to the same table."""
