"""The only code that writes in the books: what is due and not posted yet, and closed periods."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime

import pyarrow as pa
from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ooievaar.kernel.period import month_period
from ooievaar.network.models import Network, Person
from ooievaar.record.access_log.chain import GENESIS
from ooievaar.record.relations import Rejected
from ooievaar.settlement.ledger.chain import transaction_hash
from ooievaar.settlement.ledger.guards import WRITING
from ooievaar.settlement.ledger.models import Account, PeriodClosing, Posting, Transaction
from ooievaar.settlement.ledger.rules.accounts import KINDS, AccountKey, Party, read_key
from ooievaar.settlement.ledger.rules.due import (
    Cause,
    Entry,
    Unbalanced,
    differences,
    placed,
)
from ooievaar.settlement.ledger.sources import due_of, kinds_of_cause
from ooievaar.storage.arrow import query_arrow
from ooievaar.storage.bulk import analyse_tables, insert_rows, next_id, restart_numbering

NO_MONTH = _("Dit is geen maand; schrijf hem als 2026-10.")
NOT_OVER = _("Deze maand is nog niet voorbij.")
CLOSED_BEFORE = _("Deze maand is al gesloten, of een latere.")

MANY = 10_000
"""From so many postings on the database looks at its tables again."""
POSTED_SQL = """
    SELECT t.cause_kind, t.cause_id, p.account_id, CAST(sum(p.cents) AS BIGINT)
    FROM ledger_posting p JOIN ledger_transaction t ON t.id = p.transaction_id
    WHERE t.network_id = %s AND t.cause_kind IN ({})
    GROUP BY t.cause_kind, t.cause_id, p.account_id HAVING sum(p.cents) <> 0
"""
POSTED = pa.schema(
    [("kind", pa.string()), ("cause", pa.int64()), ("account", pa.int64()), ("cents", pa.int64())]
)
"""What was posted so far, cause by cause, read as columns: there is a great deal of it."""
HEADER = (
    *("id", "network_id", "number", "day", "period", "names_period", "cause_kind", "cause_id"),
    *("reason", "text", "lines", "created_at", "by_id", "previous_hash", "hash"),
)


_NOTHING_NEW: ContextVar[bool] = ContextVar("nothing_new", default=False)


@dataclass(frozen=True, slots=True)
class Posted:
    """What a run posted: transactions, postings, and the sum of the debits."""

    transactions: int = 0
    postings: int = 0
    cents: int = 0


def post(network: Network, now: datetime, by: Person | None = None) -> Posted:
    """Post the difference between what is due and what was posted; a second run posts nothing."""
    if _NOTHING_NEW.get():
        return Posted()
    with writing():
        entries = list(missing(network, timezone.localtime(now).date()))
        posted = _write(network, entries, now, by)
        if posted.postings >= MANY:
            analyse_tables(Transaction, Posting)
    return posted


@contextmanager
def nothing_new() -> Iterator[None]:
    """Let `post` do nothing within: nothing can have become due since the last time.

    For a simulation, that lives years in a minute and proves its books at the end; never for pages
    or commands, beside which others work.
    """
    token = _NOTHING_NEW.set(True)
    try:
        yield
    finally:
        _NOTHING_NEW.reset(token)


def post_transaction(
    network: Network,
    day: date,
    cause: Cause,
    amounts: Mapping[AccountKey, int],
    *,
    reason: str,
    now: datetime,
    by: Person | None = None,
    text: str = "",
    about: str = "",
) -> Transaction:
    """Write one transaction: debits positive, credits negative, together zero.

    For what happens once and is written with its own row, in the caller's transaction. In a closed
    period it goes to the first open one, and names it. Raises Unbalanced when it does not add up.
    """
    moved = tuple(sorted((account, cents) for account, cents in amounts.items() if cents))
    if not moved or sum(cents for _, cents in moved) != 0:
        raise Unbalanced(f"{cause}: {moved}")
    if cause[0] in kinds_of_cause():
        raise ValueError(f"what is due of {cause[0]} follows from its source")
    with writing():
        day, period, names = placed(day, about, closed_until(network))
        entry = Entry(cause, day, period, names, reason, moved, text)
        _write(network, [entry], now, by)
        return Transaction.objects.filter(network=network).latest("number")


def reverse(
    written: Transaction, now: datetime, by: Person | None = None, text: str = ""
) -> Transaction:
    """Take back a transaction that was posted by itself: the same postings with the other sign."""
    amounts = {
        read_key(key): -cents
        for key, cents in written.postings.values_list("account__key").annotate(Sum("cents"))
    }
    return post_transaction(
        written.network,
        timezone.localtime(now).date(),
        (written.cause_kind, written.cause_id),
        amounts,
        reason="reversed",
        now=now,
        by=by,
        text=text or f"{written.number}",
        about=written.period,
    )


def close_period(
    network: Network, period: str, now: datetime, by: Person | None = None
) -> PeriodClosing | Rejected:
    """Close a month and all before it, when all that is due is posted."""
    try:
        until = month_period(period).until
    except ValueError:
        return Rejected(NO_MONTH)
    if timezone.localtime(now).date() < until:
        return Rejected(NOT_OVER)
    with writing():
        if closed_until(network) >= period:
            return Rejected(CLOSED_BEFORE)
        post(network, now, by)
        number, hash = _last(network)
        return PeriodClosing.objects.create(
            network=network,
            period=period,
            last_number=number,
            last_hash=hash,
            closed_at=now,
            by=by,
        )


@contextmanager
def writing() -> Iterator[None]:
    """One transaction, while no other writes in the books."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITING])
        yield


def closed_until(network: Network) -> str:
    """Return the newest month that is closed; empty when there is none."""
    newest = PeriodClosing.objects.filter(network=network).order_by("-period")
    return newest.values_list("period", flat=True).first() or ""


def missing(network: Network, today: date) -> Iterator[Entry]:
    """Yield what is due and not posted yet."""
    posted: dict[Cause, dict[AccountKey, int]] = defaultdict(dict)
    keys = dict(Account.objects.filter(network=network).values_list("id", "key"))
    accounts = {pk: read_key(key) for pk, key in keys.items()}
    kinds = kinds_of_cause()
    sums = query_arrow(
        POSTED_SQL.format(", ".join(["%s"] * len(kinds))), [network.pk, *kinds], POSTED
    )
    columns = (column.to_pylist() for column in sums.columns)
    for kind, pk, account, cents in zip(*columns, strict=True):
        posted[kind, pk][accounts[account]] = cents
    return differences(due_of(network), posted, closed_until(network), today)


def _write(network: Network, entries: list[Entry], now: datetime, by: Person | None) -> Posted:
    """Write transactions at the end of the chain: first all postings, then all headers."""
    if not entries:
        return Posted()
    accounts = _accounts(network, {account for one in entries for account, _ in one.amounts})
    first = next_id(Transaction)
    number, previous = _last(network)
    headers = []
    for pk, entry in enumerate(entries, first):
        number += 1
        row = {
            "id": pk,
            "network_id": network.pk,
            "number": number,
            "day": entry.day,
            "period": entry.period,
            "names_period": entry.names_period,
            "cause_kind": entry.cause[0],
            "cause_id": entry.cause[1],
            "reason": entry.reason,
            "text": entry.text,
            "lines": len(entry.amounts),
            "created_at": now,
            "by_id": by.pk if by else None,
            "previous_hash": previous,
        }
        previous = transaction_hash(row, ((str(key), cents) for key, cents in entry.amounts))
        row["hash"] = previous
        row["day"] = connection.ops.adapt_datefield_value(entry.day)
        headers.append(tuple(row[name] for name in HEADER))
    insert_rows(
        Posting,
        ("transaction_id", "account_id", "cents"),
        (
            (pk, accounts[account], cents)
            for pk, entry in enumerate(entries, first)
            for account, cents in entry.amounts
        ),
    )
    insert_rows(Transaction, HEADER, headers)
    restart_numbering(Transaction)
    return Posted(
        len(entries),
        sum(len(one.amounts) for one in entries),
        sum(cents for one in entries for _, cents in one.amounts if cents > 0),
    )


def _accounts(network: Network, wanted: Iterable[AccountKey]) -> dict[AccountKey, int]:
    """Return the accounts by their key; those that were not there are made."""
    known = dict(Account.objects.filter(network=network).values_list("key", "id"))
    found = {}
    for account in sorted(wanted):
        pk = known.get(str(account))
        if pk is None:
            party = KINDS[account.kind].party
            pk = Account.objects.create(
                network=network,
                key=str(account),
                kind=account.kind,
                insurer_id=account.party_id if party is Party.INSURER else None,
                organisation_id=account.party_id if party is Party.ORGANISATION else None,
            ).pk
        found[account] = pk
    return found


def _last(network: Network) -> tuple[int, str]:
    last = Transaction.objects.filter(network=network).order_by("-number")
    return last.values_list("number", "hash").first() or (0, GENESIS)
