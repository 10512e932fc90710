"""Reading: what lists, reports and `why` show."""
import duckdb


class Reading:
    con: duckdb.DuckDBPyConnection
