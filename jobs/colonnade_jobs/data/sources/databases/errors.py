"""What a database objects to, in words: never its address, nor a value of a row."""

import re

from colonnade_api.datasets.queries import Sql

from ....errors import PermanentError, TransientError

STATEMENT = "spec.source.sql.statement"
SQLSTATE = re.compile(r"SQLSTATE: (\w{5})")
LINE = re.compile(r"^LINE (\d+):", re.MULTILINE)
GONE = ("08", "53", "57", "58", "40", "XX")
"""SQLSTATE classes that another try may mend: connection, resources, intervention, the system, a rollback."""
LOST = re.compile(r"closed the connection|connection to server|no connection|terminating|SSL error|timed? ?out", re.I)
UNREACHABLE = ("Connection refused", "Name or service not known", "timeout expired", "starting up", "too many clients")


def connecting(error: Exception, sql: Sql) -> PermanentError | TransientError:
    """Of a connection that can't be made: the driver's own words may quote the address, so these are ours."""
    secret, text = f"the database of Secret {sql.connection_secret_ref.name}", str(error)
    if why := next((words for words in UNREACHABLE if words in text), None):
        return TransientError("SourceUnreachable", f"{secret}: {why}")
    if re.search(r"authentication failed|no password supplied|no pg_hba.conf entry|role .* does not exist", text):
        return PermanentError("SourceNotReadable", f"{secret} refuses the user or the password")
    if re.search(r"database .* does not exist", text):
        return PermanentError("SourceNotFound", f"{secret} names one that the server doesn't have")
    if re.search(r"certificate|SSL|GSS", text):
        return PermanentError("SourceNotReadable", f"{secret}: no secure connection; look at sslmode and sslrootcert")
    if re.search(r"invalid (port|percent|integer|URI|connection)|unexpected|missing|percent-encoded", text):
        return PermanentError(
            "InvalidSpec", f"{secret}: its address can't be read; percent-encode what is special in user and password"
        )
    return TransientError("SourceUnreachable", f"{secret}: no connection")


def asking(error: Exception, sql: Sql) -> PermanentError | TransientError:
    """Of a statement, before its rows or among them."""
    text = str(error)
    found = SQLSTATE.search(text)
    state = str(getattr(error, "sqlstate", None) or (found[1] if found else ""))
    if state == "57014":
        return PermanentError("InvalidQuery", f"{STATEMENT}: it took longer than the Job may; ask for less")
    if state.startswith(GONE) or (not state and LOST.search(text)):
        secret = sql.connection_secret_ref.name
        return TransientError("SourceUnreachable", f"the database of Secret {secret} went away before its last row")
    if state == "42501":
        return PermanentError("SourceNotReadable", f"{STATEMENT}: {_said(text, sql.statement)}")
    if state == "25006":
        return PermanentError("InvalidQuery", f"{STATEMENT}: it writes, and a source is only read; write one SELECT")
    if "expected INT64 but got" in text or "expected DOUBLE but got" in text:
        mixed = "a column holds numbers first and other values later, as SQLite allows: CAST(column AS TEXT)"
        return PermanentError("InvalidQuery", f"{STATEMENT}: {mixed}")
    line = LINE.search(text)
    place = f", line {line[1]}" if line else ""
    return PermanentError("InvalidQuery", f"{STATEMENT}{place}: {_said(text, sql.statement)}")


def _said(text: str, statement: str) -> str:
    """The first line of what the database says; what the statement doesn't have may be a row's, and is left out."""
    first = text.partition("ERROR:")[2] or text.partition(": ")[2] or text
    line = first.strip().splitlines()[0].partition("SQLSTATE")[0].rpartition("query: ")[2].strip()
    hidden = re.sub(r"\"([^\"]*)\"|'([^']*)'", lambda m: m[0] if (m[1] or m[2] or "") in statement else "…", line)
    return re.sub(r"(?<!\w)-?\d+(\.\d+)?(?!\w)", lambda m: m[0] if m[0] in statement else "…", hidden)[:500]
