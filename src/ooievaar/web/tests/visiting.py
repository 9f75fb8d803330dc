"""How tests look at a page: its text, a file of it, and what it asked the database."""

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ooievaar.network.roles import ORGANISATION_ROLES, Role
from ooievaar.web.tests.small_region import Region

MOST_QUERIES = 12
"""What a page may ask, its doors and the access log included."""
WORDS_OF_TRANSACTIONS = ("BEGIN", "SAVEPOINT", "RELEASE", "COMMIT", "ROLLBACK")


def seen(client: Client, address: str) -> str:
    """Return what comes over the line: a page, or a file that is streamed."""
    answer: Any = client.get(address)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    whole = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(whole.decode())


def place(region: Region, role: Role) -> dict[str, Any]:
    """Return where somebody in a role works in the small region."""
    if role in ORGANISATION_ROLES:
        return {"organisation": region.organisations["duin"]}
    of_role: dict[Role, dict[str, Any]] = {
        Role.REPRESENTATIVE: {"discipline": "midwives"},
        Role.PURCHASER: {"insurer": region.insurers[0]},
    }
    return {"network": region.network, **of_role.get(role, {})}


def queries_of(client: Client, address: str) -> list[str]:
    """Return what a page asks the database."""
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    sentences = [str(query["sql"]) for query in asked.captured_queries]
    return [sql for sql in sentences if not sql.startswith(WORDS_OF_TRANSACTIONS)]
