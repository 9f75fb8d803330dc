"""Rebuilt from facts it is the same: conclusions, books and standings, beside those made anew."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from django.db import transaction
from django.db.models import Sum
from duckdb import DuckDBPyConnection

from ooievaar.bundles.commands import STORED, is_stored
from ooievaar.bundles.engine import Rows, result_query, run_rules
from ooievaar.bundles.models import Derivation, Disposition
from ooievaar.bundles.prepared import prepared_rules
from ooievaar.bundles.queries import newest_derivation
from ooievaar.bundles.rules.facts import OUTPUTS, columns
from ooievaar.bundles.snapshot import Facts, facts_at, read_snapshot
from ooievaar.claims.models import LineStanding
from ooievaar.claims.standing import rebuild_standings
from ooievaar.network.models import Network
from ooievaar.record.models import CareActivity, Pregnancy
from ooievaar.record.women.records import her_records
from ooievaar.settlement.ledger.models import Posting
from ooievaar.settlement.ledger.sources import due_of, kinds_of_cause
from ooievaar.settlement.queries import made_products
from ooievaar.simulator.adversary.invariants import Faults, Seen

STANDING = ("line_id", "state", "since", "batch_id", "granted_cents", "paid_cents", "codes",
            "deadline", "insurer_id", "network_id")  # fmt: skip


def conclusions_are_the_same(seen: Seen) -> Faults:
    """Everybody derived anew gives every row that the night stored; asked after a night."""
    derivation = newest_derivation(seen.network)
    if derivation is None:
        return
    facts = _facts(seen.network, derivation.until, derivation.known_until)
    connection = run_rules(facts.tables)
    try:
        anew = {
            table: connection.sql(result_query(table)).to_arrow_table().to_pylist()
            for table in STORED.values()
        }
    finally:
        connection.close()
    yield from _compare(derivation, anew)


def her_conclusions_are_the_same(seen: Seen, woman_id: int, until: date) -> Faults:
    """Deriving everybody gives, of a woman who was derived alone, the rows that stand there.

    By the same kept plans as hers was.
    """
    derivation = newest_derivation(seen.network)
    if derivation is None or until < derivation.until:
        return
    with prepared_rules() as rules:
        anew = rules.run(_facts(seen.network, until, until, rules.beside).tables)
    yield from _compare(derivation, anew, woman_id)


def books_are_the_same(seen: Seen) -> Faults:
    """All that is due, posted on empty accounts beside what people decided, gives every balance."""
    if seen.unposted:
        return
    anew: dict[str, int] = defaultdict(int)
    for due in due_of(seen.network):
        for account, cents in due.amounts.items():
            anew[str(account)] += cents
    postings = Posting.objects.filter(account__network=seen.network).order_by()
    by_people = postings.exclude(transaction__cause_kind__in=kinds_of_cause())
    for key, cents in by_people.values_list("account__key").annotate(Sum("cents")):
        anew[key] += cents
    stands = dict(postings.values_list("account__key").annotate(Sum("cents")))
    for key in sorted(anew.keys() | stands.keys()):
        if anew.get(key, 0) != stands.get(key, 0):
            yield f"{key}: stands {stands.get(key, 0)}, anew {anew.get(key, 0)}"


def standings_are_the_same(seen: Seen) -> Faults:
    """The states of all lines, folded anew from what happened, are those that stand there."""
    before = _standings(seen.network)
    with transaction.atomic():
        rebuild_standings()
        after = _standings(seen.network)
        transaction.set_rollback(True)
    for line_id in sorted(before.keys() | after.keys()):
        if before.get(line_id) != after.get(line_id):
            yield f"line {line_id}: stands {before.get(line_id)}, anew {after.get(line_id)}"


def _standings(network: Network) -> dict[int, list[str]]:
    rows = LineStanding.objects.filter(network=network).values_list(*STANDING)
    return {row[0]: [str(value) for value in row] for row in rows}


def _facts(
    network: Network,
    until: date,
    known_until: date,
    connection: DuckDBPyConnection | None = None,
) -> Facts:
    return facts_at(
        read_snapshot(network),
        until=until,
        known_until=known_until,
        made_products=made_products(network),
        connection=connection,
    )


def _compare(
    derivation: Derivation, derived: dict[str, Rows], woman_id: int | None = None
) -> Iterator[str]:
    """Compare row by row, of one woman or of all."""
    hers: dict[str, set[int]] = {}
    if woman_id is not None:
        records = her_records(woman_id)
        for by, of in (("pregnancy_id", Pregnancy.objects), ("activity_id", CareActivity.objects)):
            hers[by] = {*of.filter(woman_id__in=records).values_list("pk", flat=True)}
    for model, table in STORED.items():
        names = [name for name in columns(OUTPUTS[table]) if is_stored(model, name)]
        found = derived[table]
        rows = model._default_manager.filter(derivation=derivation)
        if hers:
            by = "activity_id" if model is Disposition else "pregnancy_id"
            rows = rows.filter(**{f"{by}__in": hers[by]})
            found = [row for row in found if row[by] in hers[by]]
        anew = Counter(_words(row[name] for name in names) for row in found)
        stands = Counter(_words(row) for row in rows.values_list(*names))
        for row in sorted((anew - stands).elements())[:3]:
            yield f"{table}: anew, and not there: {row}"
        for row in sorted((stands - anew).elements())[:3]:
            yield f"{table}: there, and not anew: {row}"


def _words(row: Iterable[object]) -> tuple[str, ...]:
    return tuple(str(value) for value in row)
