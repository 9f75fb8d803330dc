"""The facts of a region as one reads them: what holds on a day, a pregnancy, and its care."""

from collections import defaultdict
from datetime import date
from datetime import timedelta as days
from types import SimpleNamespace as Row
from typing import Any

from ooievaar.kernel.period import FAR_DATE

Facts = dict[str, list[dict[str, Any]]]
PRENATAL, NATAL, POSTNATAL = 1, 2, 3
DELIVERED, GONE = ("birth", "miscarriage", "termination", "ectopic"), ("moved_away", "lost")
UNKNOWN = Row(scope="", match_hint="", phase_hint=0, hourly=False, equivalent=None)


class Book:
    """Tables, indexed by whatever columns they are asked by."""

    def __init__(self, tables: Facts) -> None:
        self.tables, self.indexes = tables, dict[Any, Any]()

    def all(self, table: str, **key: Any) -> list[Row]:
        """Return the rows with this key, in order of the day from which they hold."""
        columns = (table, *key)
        if columns not in self.indexes:
            index = self.indexes[columns] = defaultdict(list)
            rows = self.tables.get(table, [])
            for row in sorted(rows, key=lambda row: row.get("valid_from", date.min)):
                index[tuple(row[column] for column in key)].append(Row(**row))
        return list(self.indexes[columns].get(tuple(key.values()), []))

    def on(self, day: date, table: str, **key: Any) -> Any:
        """Return the row that holds on a day, in `[valid_from, valid_until)`; None: none does."""
        held = (row for row in self.all(table, **key) if row.valid_from <= day < row.valid_until)
        return next(held, None)

    def terms(self, woman_id: int, day: date) -> tuple[int | None, Any]:
        """Return who insures her on a day, and the terms of the contract with that insurer."""
        insurer_id = getattr(self.on(day, "coverages", woman_id=woman_id), "insurer_id", None)
        return insurer_id, self.on(day, "terms", insurer_id=insurer_id)

    def tariff(self, contract_id: int | None, product: str, day: date) -> int | None:
        row = self.on(day, "tariffs", contract_id=contract_id, product=product)
        return row.cents if row else None


def half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def read_pregnancy(told: dict[str, Any], limits: Row, book: Book) -> Row:
    """Read a pregnancy with its phases; the start of a phase fixes its insurer and contract."""
    p = Row(**told, limits=limits, phases={}, clock=book.tables["clock"][0]["until"])
    intake, ended = p.first_intake_on, p.ended_on
    by_member = book.on(intake, "memberships", organisation_id=p.first_intake_organisation_id)
    p.home = bool(by_member or p.entered_on)  # in the care of the IGO
    p.integral = p.home and not p.exempt
    delivered, p.gone = ended and p.end_kind in DELIVERED, bool(ended and p.end_kind in GONE)
    p.early = delivered and gestation(p, ended) < limits.early_end_days
    p.last_expected = p.due_on + days(limits.ongoing_extra_days)
    p.natal_from = p.final_day = p.birth_on or ended
    if p.labour_on and p.final_day and p.labour_on <= p.final_day:
        p.natal_from = p.labour_on
    aftercare = days(1 + limits.aftercare_days)
    natural = {PRENATAL: (intake, ended or p.last_expected)}  # but for coming late, leaving early
    if p.early:
        natural = {PRENATAL: (intake, ended + aftercare)}
    elif delivered or (p.gone and p.birth_on):
        begins, after = p.natal_from, p.final_day + days(1)
        natural = {PRENATAL: (intake, begins), NATAL: (begins, after)}
        natural[POSTNATAL] = (after, p.final_day + aftercare)
    elif p.gone:
        natural = {PRENATAL: (intake, FAR_DATE)}
    for number, (start, natural_until) in natural.items():
        starts_on = max(start, intake)
        until = min(natural_until, ended + days(1)) if p.gone else natural_until
        if starts_on < until:
            insurer_id, terms = book.terms(p.woman_id, starts_on)
            terms = terms if p.integral else None  # without terms: the old way
            p.phases[number] = Row(
                pregnancy_id=p.pregnancy_id, phase=number, is_open=until > p.clock,
                starts_on=starts_on, until=until, natural_until=natural_until,
                insurer_id=insurer_id, terms=terms, contract_id=terms and terms.contract_id,
            )  # fmt: skip
    return p


def gestation(p: Row, day: date) -> int:
    return int(p.limits.term_days - (p.due_on - day).days)


def old_way(p: Row, insurer_id: int | None, terms: Row | None) -> str:
    """Say why care goes the old way, '' when a contract pays for it."""
    if not p.integral:
        return "exempt" if p.exempt else "outside_practice"
    return "not_insured" if insurer_id is None else "" if terms else "no_contract"


def route(p: Row, book: Book) -> Row:
    """Tell how this pregnancy is funded, and why, by the latest phase that has begun."""
    begun = [phase.starts_on for phase in p.phases.values() if phase.starts_on < p.clock]
    insurer_id, terms = book.terms(p.woman_id, max(begun, default=p.first_intake_on))
    why = old_way(p, insurer_id, terms)
    return Row(
        pregnancy_id=p.pregnancy_id, route="old_way" if why else "integral",
        reason=why or ("followed_contract" if terms.followed else "contract"),
        contract_id=None if why else terms.contract_id, insurer_id=insurer_id,
    )  # fmt: skip


def read_acts(told: list[dict[str, Any]], pregnancies: dict[int, Row], book: Book) -> list[Row]:
    """Give every act its pregnancy and phase, and tell which of them count."""
    of_woman, same = defaultdict(list), defaultdict(list)
    for p in pregnancies.values():
        of_woman[p.woman_id].append(p)
    acts = [Row(**row, day=row["performed_on"], twin_id=None, phase=0) for row in told]
    for act in acts:
        who = {"organisation_id": act.organisation_id}
        act.entry = book.on(act.day, "catalogue", code=act.code) or UNKNOWN
        act.member = book.on(act.day, "memberships", **who) is not None
        act.inside = act.member or book.on(act.day, "suppliers", **who, code=act.code) is not None
        act.pregnancy = pregnancies.get(act.pregnancy_id)  # as the source says
        if act.pregnancy_id is None:
            act.pregnancy = match(act, of_woman[act.woman_id])
        if act.pregnancy:
            act.phase = phase_of(act.pregnancy, act)
            what = (act.entry.equivalent or act.code, act.day, act.child_number)
            same[act.pregnancy.pregnancy_id, act.organisation_id, what].append(act)
    for group in same.values():  # of the same act only the most trusted source's counts
        best, twin_id = min((act.source_rank, act.activity_id) for act in group)
        twins = [act for act in group if act.source_rank > best]
        for act in group:
            if act.source_rank > best:
                act.twin_id = twin_id
            else:  # a claim that a twin tells of was made for this act
                act.billed_mono |= any(twin.billed_mono for twin in twins)
    for act in acts:
        act.counted = act.twin_id is None and act.entry.scope == "inside" and act.phase > 0
        act.hourly = act.counted and act.entry.hourly
        # Care of the IGO that was not billed the old way can be part of a product.
        act.payable = act.counted and act.inside and not act.billed_mono
    return acts


def match(act: Row, of_woman: list[Row]) -> Row | None:
    """Find the pregnancy that fits best: within it, outside by hint, after it, before it."""
    found = []
    for p in of_woman:
        intake, ended, hint = p.first_intake_on, p.ended_on, act.entry.match_hint
        last = ended and (ended if p.gone else p.final_day + days(p.limits.aftercare_days))
        after = ended is not None and ended <= act.day <= last
        before = p.due_on - days(p.limits.term_days) <= act.day < intake
        by_hint = (after and hint == "aftercare") or (before and hint == "intake")
        fits = [intake <= act.day < (ended or p.last_expected), by_hint, after, before]
        if any(fits):
            found.append((-fits.index(True), intake, p.pregnancy_id, p))
    return max(found)[-1] if found else None


def phase_of(p: Row, act: Row) -> int:
    """Tell in which phase an act falls: by its hint, else by its time; 0 is none."""
    held = [n for n, phase in p.phases.items() if phase.starts_on <= act.day < phase.until]
    if act.day < p.first_intake_on:
        return 0
    if act.entry.phase_hint in p.phases:
        return int(act.entry.phase_hint)
    if act.performed_minute is None or NATAL not in p.phases:
        return held[0] if held else 0
    # The natal phase to the minute, as far as minutes are known.
    begins = (p.natal_from, (p.labour_minute or 0) if p.natal_from == p.labour_on else 0)
    ends = (p.final_day + days(1), 0)
    if p.placenta_on is not None and p.placenta_minute is not None:
        later, minute = divmod(p.placenta_minute + p.limits.after_placenta_minutes, 24 * 60)
        ends = (p.placenta_on + days(later), minute)
    now, aftercare = (act.day, act.performed_minute), p.phases.get(POSTNATAL)
    if now < begins:
        return PRENATAL if PRENATAL in p.phases else 0
    return NATAL if now < ends else POSTNATAL if aftercare and act.day < aftercare.until else 0
