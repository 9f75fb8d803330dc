"""How tests look at a page: its text, a file of it, and what it asked the database."""

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

MOST_QUERIES = 12
"""What a page may ask, its doors and the access log included."""
WORDS_OF_TRANSACTIONS = ("BEGIN", "SAVEPOINT", "RELEASE", "COMMIT", "ROLLBACK")


def seen(client: Client, address: str) -> str:
    """Return what comes over the line: a page, or a file that is streamed."""
    answer: Any = client.get(address)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    whole = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(whole.decode())


def queries_of(client: Client, address: str) -> list[str]:
    """Return what a page asks the database."""
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    sentences = [str(query["sql"]) for query in asked.captured_queries]
    return [sql for sql in sentences if not sql.startswith(WORDS_OF_TRANSACTIONS)]
