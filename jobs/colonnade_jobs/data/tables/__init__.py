"""Tables in DuckDB: the connection, names of our own, SQL that is the same for all."""
