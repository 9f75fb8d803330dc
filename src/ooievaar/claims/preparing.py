"""From what should go out to a file for each insurer, that another person approves."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import count, groupby
from typing import Any

from django.utils.translation import gettext_lazy as _

from ooievaar.claims.files import detail_numbers, rows_of
from ooievaar.claims.layouts import keep_layouts, known_layouts
from ooievaar.claims.messages.layout import Layout
from ooievaar.claims.messages.portal import most_records
from ooievaar.claims.models import (
    Batch,
    BatchLine,
    BatchStep,
    ClaimLine,
    LineState,
    Proposal,
)
from ooievaar.claims.owed import Insured, insured_of
from ooievaar.claims.reconciling import (
    ACTIONABLE,
    PROPOSAL_FIELDS,
    claimed_lines,
    owed_as_json,
    owed_from_json,
)
from ooievaar.claims.rules.difference import Claimed, Owed, Step, differences
from ooievaar.claims.standing import Event, add_events, as_stored, writing
from ooievaar.kernel.identifiers import is_agb
from ooievaar.kernel.period import month_period
from ooievaar.network.models import Insurer, Network
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.record.relations import Rejected
from ooievaar.storage.bulk import insert_rows, next_id, restart_numbering

STANDARD = "KZ301-3.2"
State = BatchStep.State

LINE_FIELDS = (
    *("id", "network_id", "reference", "attempt", "key", "pregnancy_id", "insurer_id"),
    *("contract_id", "product", "phase", "starts_on", "ends_on", "units", "minutes"),
    *("tariff_cents", "cents", "is_credit", "credits_id", "content", "person_hash", "deadline"),
    *("explanation", "created_at"),
)

NOTHING = _("Er is niets om klaar te zetten: alles is gedeclareerd of wacht op antwoord.")
NOT_YOURS = _("Uw functie mag dit niet.")
OWN = _(
    "U heeft dit bestand zelf klaargezet, ook als dat in een andere functie was. Een ander keurt "
    "het goed."
)
DECIDED = _("Over dit bestand is al beslist.")
NO_AGB = _("Het netwerk heeft geen goede AGB-code; zonder die code kan het niet declareren.")
NOT_BEGUN = _("Deze maand is nog niet begonnen.")


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line on its way into a batch: the row to add, or None where the line is there already.

    `about` says what is claimed: what is owed, or the line that goes again or is taken back.
    """

    line_id: int
    about: Owed | ClaimLine
    cents: int
    is_credit: bool
    step: Step
    values: tuple[Any, ...] | None = None
    replaces: Claimed | None = None


def prepare(
    network: Network,
    *,
    by: Workplace | None,
    now: datetime,
    today: date,
    until: str,
) -> tuple[Batch, ...] | Rejected:
    """Make a batch for every insurer of what can go out for care up to and including a month.

    More than one where the portal would not take a file so large. It follows the proposals of the
    last reconciliation, each held once more against the lines as they are now: of two who prepare
    at once the second finds nothing left.
    """
    if by is not None and (by.role != Role.CONTROLLER or by.network_id != network.pk):
        return Rejected(NOT_YOURS)
    if not can_claim(network.agb):
        return Rejected(NO_AGB)
    month = month_period(until)
    if month.start > today:
        return Rejected(NOT_BEGUN)
    before = month.until
    layout = known_layouts()[STANDARD]
    with writing():
        steps = _steps_now(network, today)
        entries = _entries(network, steps, before, now)
        if not entries:
            return Rejected(NOTHING)
        keep_layouts(layout)
        _store_lines(entries)
        batches = _store_batches(network, entries, layout, until, by, now)
        _replace_proposals(network, entries, now)
    return batches


def can_claim(agb: str) -> bool:
    """Tell whether a network with this AGB code can be the payee of a file."""
    return is_agb(agb) and bool(agb.strip("0"))


def _steps_now(network: Network, today: date) -> list[Step]:
    """Compare again, for the products that something was proposed for."""
    proposed = list(
        Proposal.objects.filter(network=network, action__in=ACTIONABLE).values_list(
            "key", "content__owed"
        )
    )
    owed: dict[str, Owed] = {
        key: owed_from_json(values) for key, values in proposed if values is not None
    }
    people = insured_of({one.pregnancy_id for one in owed.values()})
    owed = {key: _as_she_is(one, people[one.pregnancy_id]) for key, one in owed.items()}
    keys = {key for key, _ in proposed}
    claimed = claimed_lines(network, keys).lines
    steps = differences(owed.values(), claimed, today)
    return [step for step in steps if step.action in ACTIONABLE]


def _as_she_is(one: Owed, who: Insured) -> Owed:
    """What is owed, with who she is now: that may have changed since the comparing."""
    if who.person_hash == one.person_hash and not who.hindrance:
        return one
    return replace(one, person_hash=who.person_hash, hindrance=who.hindrance or one.hindrance)


def _entries(network: Network, steps: Iterable[Step], before: date, now: datetime) -> list[_Entry]:
    """Return what goes into batches: of each product all or nothing."""
    by_key: dict[str, list[Step]] = defaultdict(list)
    for step in steps:
        by_key[step.key].append(step)
    chosen = [
        step
        for of_key in by_key.values()
        if all(step.owed is None or step.owed.ends_on < before for step in of_key)
        for step in of_key
    ]
    concerned = _rows_of(step.line.line_id for step in chosen if step.line)
    numbers = count(next_id(ClaimLine))
    attempts = _attempts(network, chosen)
    return [_entry(network, step, concerned, attempts, numbers, now) for step in chosen]


def _rows_of(ids: Iterable[int]) -> dict[int, ClaimLine]:
    wanted = list(ids)
    found: dict[int, ClaimLine] = {}
    for start in range(0, len(wanted), 5_000):
        found |= ClaimLine.objects.in_bulk(wanted[start : start + 5_000])
    return found


def _attempts(network: Network, steps: Iterable[Step]) -> dict[str, int]:
    """Return the newest attempt under each reference that goes again."""
    again = {step.line.reference for step in steps if step.action == "resend" and step.line}
    rows = ClaimLine.objects.filter(network=network, attempt__gt=1).order_by("attempt")
    found = dict.fromkeys(again, 1)
    found |= {
        reference: attempt
        for reference, attempt in rows.values_list("reference", "attempt")
        if reference in again
    }
    return found


def _entry(
    network: Network,
    step: Step,
    concerned: dict[int, ClaimLine],
    attempts: dict[str, int],
    numbers: Iterator[int],
    now: datetime,
) -> _Entry:
    line, owed = step.line, step.owed
    row = concerned[line.line_id] if line else None
    if step.action == "resend" and line is not None and row is not None:
        same = owed is not None and (owed.content, owed.person_hash) == (
            line.content,
            line.person_hash,
        )
        if line.is_credit or same:
            return _Entry(line.line_id, row, row.cents, row.is_credit, step)
        assert owed is not None
        number, attempt = next(numbers), attempts[line.reference] + 1
        values = debit_values(number, network, line.reference, attempt, owed, step.reason, now)
        return _Entry(number, owed, owed.cents, False, step, values, replaces=line)
    number = next(numbers)
    if step.action == "credit":
        assert row is not None
        values = _credit_values(number, new_reference(network, number, now), row, step, now)
        return _Entry(number, row, step.cents, True, step, values)
    assert owed is not None
    values = debit_values(number, network, None, 1, owed, step.reason, now)
    return _Entry(number, owed, owed.cents, False, step, values)


def new_reference(network: Network, number: int, now: datetime) -> str:
    """Return the reference of a new line: year and month, network and number; never used twice."""
    return f"{now:%y%m}{network.pk:04d}{number:012d}"


def debit_values(
    number: int,
    network: Network,
    reference: str | None,
    attempt: int,
    owed: Owed,
    why: str,
    now: datetime,
) -> tuple[Any, ...]:
    """Return a debit line in the order of `LINE_FIELDS`; without a reference it gets a new one."""
    explanation = {"rule": owed.rule, "reason": owed.reason, "why": why}
    reference = reference or new_reference(network, number, now)
    return (
        number, network.pk, reference, attempt, owed.key, owed.pregnancy_id, owed.insurer_id,
        owed.contract_id, owed.product, owed.phase, as_stored(owed.starts_on),
        as_stored(owed.ends_on), owed.units, owed.minutes, owed.tariff_cents, owed.cents, False,
        None, owed.content, owed.person_hash, as_stored(owed.deadline), json.dumps(explanation),
        as_stored(now),
    )  # fmt: skip


def _credit_values(
    number: int, reference: str, debit: ClaimLine, step: Step, now: datetime
) -> tuple[Any, ...]:
    """Return the mirror of a debit: the same in everything but reference and granted amount."""
    explanation = {**debit.explanation, "why": step.reason}
    return (
        number, debit.network_id, reference, 1, debit.key, debit.pregnancy_id, debit.insurer_id,
        debit.contract_id, debit.product, debit.phase, as_stored(debit.starts_on),
        as_stored(debit.ends_on), debit.units, debit.minutes, debit.tariff_cents, step.cents, True,
        debit.pk, debit.content, debit.person_hash, as_stored(debit.deadline),
        json.dumps(explanation), as_stored(now),
    )  # fmt: skip


def _store_lines(entries: Sequence[_Entry]) -> None:
    insert_rows(ClaimLine, LINE_FIELDS, (entry.values for entry in entries if entry.values))
    restart_numbering(ClaimLine)


def _store_batches(
    network: Network,
    entries: Sequence[_Entry],
    layout: Layout,
    month: str,
    by: Workplace | None,
    now: datetime,
) -> tuple[Batch, ...]:
    by_insurer: dict[int, list[_Entry]] = defaultdict(list)
    for entry in entries:
        by_insurer[entry.about.insurer_id].append(entry)
    people = insured_of({entry.about.pregnancy_id for entry in entries})
    women = {pregnancy: who.woman_id for pregnancy, who in people.items()}
    uzovi = dict(Insurer.objects.filter(pk__in=by_insurer).values_list("pk", "uzovi"))
    concerned = _rows_of(entry.line_id for entry in entries)
    batches, events, rows = [], [], []
    for insurer_id, found in sorted(by_insurer.items()):
        ordered = sorted(
            found,
            key=lambda entry: (
                women[entry.about.pregnancy_id],
                not entry.is_credit,
                entry.about.starts_on,
                entry.line_id,
            ),
        )
        for part in _files(ordered, women, most_records(layout)):
            batch = _store_batch(network, insurer_id, part, layout, month, by, now)
            batches.append(batch)
            lines = [concerned[entry.line_id] for entry in part]
            numbers = detail_numbers(rows_of(lines, uzovi[insurer_id], network.agb))
            for entry, detail in zip(part, numbers, strict=True):
                rows.append((batch.pk, entry.line_id, detail))
                if entry.replaces is not None:
                    events.append(
                        Event(entry.replaces.line_id, LineState.WITHDRAWN, "replaced", batch.pk)
                    )
                events.append(Event(entry.line_id, LineState.PREPARED, "prepared", batch.pk))
    insert_rows(BatchLine, ("batch_id", "line_id", "detail_number"), rows)
    add_events(events, now, person_id=by.person_id if by else None)
    return tuple(batches)


def _files(
    ordered: Iterable[_Entry], women: Mapping[int, int], most: int
) -> Iterator[list[_Entry]]:
    """Give the lines of an insurer in files of at most so many records; a woman stays in one.

    A line counts for two: its own record, and hers. Header and trailer are one each.
    """
    room = (most - 2) // 2
    file: list[_Entry] = []
    for _woman, lines in groupby(ordered, key=lambda entry: women[entry.about.pregnancy_id]):
        hers = list(lines)
        if file and len(file) + len(hers) > room:
            yield file
            file = []
        file += hers
    yield file


def _store_batch(
    network: Network,
    insurer_id: int,
    ordered: Sequence[_Entry],
    layout: Layout,
    month: str,
    by: Workplace | None,
    now: datetime,
) -> Batch:
    content = [
        (entry.line_id, entry.about.content, entry.cents, entry.is_credit) for entry in ordered
    ]
    batch = Batch.objects.create(
        network=network,
        insurer_id=insurer_id,
        month=month,
        standard=layout.key,
        layout_hash=layout.content_hash,
        is_test=layout.is_provisional,
        invoice_number=f"{now:%y%m}{next_id(Batch):08d}",
        starts_on=min(entry.about.starts_on for entry in ordered),
        until=max(entry.about.ends_on for entry in ordered) + timedelta(days=1),
        lines=len(ordered),
        debit_cents=sum(entry.cents for entry in ordered if not entry.is_credit),
        credit_cents=sum(entry.cents for entry in ordered if entry.is_credit),
        prepared_by_id=by.person_id if by else None,
        prepared_as_id=by.position_id if by else None,
        prepared_at=now,
        content_hash=hashlib.sha256(json.dumps(content).encode()).hexdigest(),
    )
    add_step(batch, State.PREPARED, by, now)
    return batch


def _replace_proposals(network: Network, entries: Sequence[_Entry], now: datetime) -> None:
    """What was prepared is no longer proposed: it waits for a person."""
    keys = {entry.about.key for entry in entries}
    done = Proposal.objects.filter(network=network, action__in=ACTIONABLE)
    pks = [pk for pk, key in done.values_list("pk", "key") if key in keys]
    for start in range(0, len(pks), 5_000):
        gone = Proposal.objects.filter(pk__in=pks[start : start + 5_000])
        gone._raw_delete(gone.db)
    insert_rows(
        Proposal,
        PROPOSAL_FIELDS,
        (
            (
                network.pk, entry.about.key, "wait", entry.line_id, entry.about.insurer_id,
                entry.about.pregnancy_id, entry.about.product, entry.cents,
                "awaiting_approval", as_stored(entry.about.deadline), as_stored(now),
                json.dumps({"owed": owed_as_json(entry.step.owed) if entry.step.owed else None}),
            )
            for entry in entries
        ),
    )  # fmt: skip


def approve(batch: Batch, by: Workplace, now: datetime) -> BatchStep | Rejected:
    """Approve what another prepared; from then on it may be sent."""
    with writing():
        if by.role != Role.APPROVER or by.network_id != batch.network_id:
            return Rejected(NOT_YOURS)
        if by.person_id == batch.prepared_by_id:
            return Rejected(OWN)
        if batch_state(batch) != State.PREPARED:
            return Rejected(DECIDED)
        step = add_step(batch, State.APPROVED, by, now)
        add_events(
            events_of_batch(batch, LineState.APPROVED, "approved"), now, person_id=by.person_id
        )
    return step


def withdraw(
    batch: Batch, by: Workplace | None, now: datetime, reason: str = ""
) -> BatchStep | Rejected:
    """Take a file back that did not go out yet; its lines are proposed again next time.

    A line that went again after the portal refused it is refused by the portal once more.
    """
    with writing():
        roles = (Role.CONTROLLER, Role.APPROVER)
        if by is not None and (by.role not in roles or by.network_id != batch.network_id):
            return Rejected(NOT_YOURS)
        if batch_state(batch) not in (State.PREPARED, State.APPROVED):
            return Rejected(DECIDED)
        step = add_step(batch, State.WITHDRAWN, by, now, reason)
        again = set(
            BatchLine.objects.filter(line__batch_lines__batch=batch)
            .exclude(batch=batch)
            .values_list("line_id", flat=True)
        )
        refused = set(
            ClaimLine.objects.filter(
                pk__in=again, events__state=LineState.REFUSED_BY_PORTAL
            ).values_list("pk", flat=True)
        )
        events = [
            replace(event, state=LineState.REFUSED_BY_PORTAL) if event.line_id in refused else event
            for event in events_of_batch(batch, LineState.WITHDRAWN, "withdrawn")
        ]
        add_events(events, now, person_id=by.person_id if by else None)
    return step


def batch_state(batch: Batch) -> str:
    """Return how a batch stands: its newest step."""
    newest = BatchStep.objects.filter(batch=batch).order_by("-pk")
    return newest.values_list("state", flat=True)[0]


def add_step(
    batch: Batch, state: str, by: Workplace | None, now: datetime, reason: str = ""
) -> BatchStep:
    """Note what became of a batch; within `writing`."""
    return BatchStep.objects.create(
        batch=batch,
        state=state,
        person_id=by.person_id if by else None,
        position_id=by.position_id if by else None,
        at=now,
        reason=reason,
    )


def events_of_batch(batch: Batch, state: str, cause: str) -> Iterator[Event]:
    """Give the same event for every line of a batch."""
    rows = BatchLine.objects.filter(batch=batch).order_by("detail_number")
    for line_id in rows.values_list("line_id", flat=True):
        yield Event(line_id, state, cause, batch.pk)
