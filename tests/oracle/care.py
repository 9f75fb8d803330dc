"""One act: what the catalogue says of it, who did it, and whether it counts."""

from collections import defaultdict

from tests.oracle.book import Book, Row
from tests.oracle.pregnancy import match, phase_of

UNKNOWN = Row(
    scope="", match_hint="", phase_hint=0, hourly=False, on_request=False, mono="none", mono_item=""
)


def read_acts(rows: list[Row], pregnancies: dict[int, Row], book: Book) -> list[Row]:
    """Give every act its pregnancy and phase, and mark the doubles."""
    of_woman = defaultdict(list)
    for p in pregnancies.values():
        of_woman[p.woman_id].append(p)
    for act in rows:
        act.day, act.organisation = act.performed_on, act.organisation_id
        entry = book.catalogue.on(act.day, act.code)
        act.known, act.entry = entry is not None, entry or UNKNOWN
        act.equivalent = entry.equivalent if entry else act.code
        act.pregnancy = match(act, act.entry.match_hint, of_woman[act.woman_id], pregnancies)
        act.phase = 0
        if act.pregnancy:
            hint = act.entry.phase_hint
            act.phase = phase_of(act.pregnancy, act.day, act.performed_minute, hint)
        act.member = book.memberships.on(act.day, act.organisation) is not None
        supplier = book.suppliers.on(act.day, act.organisation, act.code)
        act.inside = act.member or supplier is not None
    mark_duplicates(rows)
    for act in rows:
        # Care inside the bundle, in a phase, and told once.
        inside_bundle = act.known and act.entry.scope == "inside"
        act.counted = act.twin_id is None and inside_bundle and act.phase > 0
        act.hourly = act.counted and act.entry.hourly
        act.payable_hours = act.hourly and act.inside and not act.billed_mono
        act.payable_hours = act.payable_hours and act.pregnancy.integral
    return rows


def mark_duplicates(acts: list[Row]) -> None:
    """Of the same act from several sources only the most trusted source's counts."""
    same = defaultdict(list)
    for act in acts:
        act.twin_id = None
        if act.pregnancy:
            told = (act.organisation, act.equivalent, act.day, act.child_number)
            same[act.pregnancy.pregnancy_id, told].append(act)
    for group in same.values():
        best = min(act.source_rank for act in group)
        twin = min(act.activity_id for act in group if act.source_rank == best)
        for act in group:
            act.twin_id = twin if act.source_rank > best else None
        # What became of a claim counts for the care that it told of too.
        if any(act.billed_mono for act in group if act.twin_id is not None):
            for act in group:
                act.billed_mono = act.billed_mono or act.twin_id is None
