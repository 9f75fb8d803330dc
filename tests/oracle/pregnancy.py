"""One pregnancy: its phases, its route, and which care belongs to it and where in it."""

from datetime import date

from ooievaar.kernel.period import FAR_DATE
from tests.oracle.book import Book, Row, days

PRENATAL, NATAL, POSTNATAL = 1, 2, 3
DELIVERED = ("birth", "miscarriage", "termination", "ectopic")
GONE = ("moved_away", "lost")
MINUTES_A_DAY = 1440


def read_pregnancy(row: Row, book: Book) -> Row:
    """Read a pregnancy with its phases and the contract of each."""
    p, intake, ended = row, row.first_intake_on, row.ended_on
    p.limits = book.limits.on(intake)
    member = book.memberships.on(intake, p.first_intake_organisation_id)
    p.home = member is not None or p.entered_on is not None  # in the care of the IGO
    p.integral = p.home and not p.exempt
    p.gone = ended is not None and p.end_kind in GONE
    p.early = ended is not None and p.end_kind in DELIVERED
    p.early = p.early and gestation(p, ended) < p.limits.early_end_days
    p.last_expected = p.due_on + days(p.limits.ongoing_extra_days)
    p.final_day = p.birth_on or ended
    p.natal_from = p.final_day
    if p.labour_on and p.final_day and p.labour_on <= p.final_day:
        p.natal_from = p.labour_on
    p.phases = {}
    for number, starts, natural_until in natural_phases(p):
        starts_on, until = max(starts, intake), natural_until
        if p.gone:
            until = min(until, ended + days(1))
        if starts_on >= until:
            continue
        insurer_id = book.insurer(p.woman_id, starts_on)
        terms = book.terms_on(insurer_id, starts_on) if p.integral else None
        p.phases[number] = Row(
            pregnancy_id=p.pregnancy_id,
            phase=number,
            starts_on=starts_on,
            until=until,
            natural_until=natural_until,  # where it would have ended, had she not left
            is_open=until > book.clock,
            insurer_id=insurer_id,
            terms=terms,  # of the contract that the start fixes; None: the old way
            contract_id=terms.contract_id if terms else None,
        )
    return p


def natural_phases(p: Row) -> list[tuple[int, date, date]]:
    """The phases before she came in late or left early."""
    intake, aftercare = p.first_intake_on, days(p.limits.aftercare_days)
    if p.ended_on is None:
        return [(PRENATAL, intake, p.last_expected)]
    if p.early:
        return [(PRENATAL, intake, p.ended_on + days(1) + aftercare)]
    if p.gone and p.birth_on is None:
        return [(PRENATAL, intake, FAR_DATE)]
    after = p.final_day + days(1)
    natal = (NATAL, p.natal_from, after)
    return [(PRENATAL, intake, p.natal_from), natal, (POSTNATAL, after, after + aftercare)]


def gestation(p: Row, day: date) -> int:
    return p.limits.term_days - (p.due_on - day).days


def route(p: Row, book: Book) -> Row:
    """How this pregnancy is funded, and why."""
    started = [phase.starts_on for phase in p.phases.values() if phase.starts_on < book.clock]
    day = max(started, default=p.first_intake_on)
    insurer_id = book.insurer(p.woman_id, day)
    terms = book.terms_on(insurer_id, day)
    found = Row(pregnancy_id=p.pregnancy_id, insurer_id=insurer_id)
    found.route, found.contract_id = "old_way", None
    if p.exempt:
        found.reason = "exempt"
    elif not p.home:
        found.reason = "outside_practice"
    elif insurer_id is None:
        found.reason = "not_insured"
    elif terms is None:
        found.reason = "no_contract"
    else:
        found.route, found.contract_id = "integral", terms.contract_id
        found.reason = "followed_contract" if terms.followed else "contract"
    return found


def match(act: Row, hint: str, of_woman: list[Row], known: dict[int, Row]) -> Row | None:
    """Find the one pregnancy that an act belongs to: the source's link, else hint and date."""
    if act.pregnancy_id is not None:
        return known.get(act.pregnancy_id)
    tiers = [(tier(p, act.performed_on, hint), p) for p in of_woman]
    lowest = min((number for number, _ in tiers if number), default=None)
    candidates = [p for number, p in tiers if number == lowest]
    return max(candidates, key=lambda p: (p.first_intake_on, p.pregnancy_id), default=None)


def tier(p: Row, day: date, hint: str) -> int:
    """How well a day fits a pregnancy: 1 within it, 2 by hint, 3 after it, 4 before; 0 not."""
    ended, intake = p.ended_on, p.first_intake_on
    if intake <= day < (ended or p.last_expected):
        return 1
    after = False
    if ended:
        aftercare_until = p.final_day + days(1 + p.limits.aftercare_days)
        after = ended <= day < (ended + days(1) if p.gone else aftercare_until)
    before = p.due_on - days(p.limits.term_days) <= day < intake
    if (after and hint == "aftercare") or (before and hint == "intake"):
        return 2
    return 3 if after else 4 if before else 0


def phase_of(p: Row, day: date, minute: int | None, hint: int) -> int:
    """Tell in which phase an act falls: by its hint, else by its time; 0 is none."""
    if day < p.first_intake_on:
        return 0
    if hint in p.phases:
        return hint
    if minute is None or NATAL not in p.phases:
        held = (n for n, phase in p.phases.items() if phase.starts_on <= day < phase.until)
        return next(held, 0)
    natal_from, natal_until = natal_minutes(p)
    moment = minutes(day, minute)
    if moment < natal_from:
        return PRENATAL if PRENATAL in p.phases else 0
    if moment < natal_until:
        return NATAL
    return POSTNATAL if POSTNATAL in p.phases and day < p.phases[POSTNATAL].until else 0


def natal_minutes(p: Row) -> tuple[int, int]:
    """The natal phase to the minute, as far as minutes are known."""
    known = p.natal_from == p.labour_on and p.labour_minute is not None
    begins = minutes(p.natal_from, p.labour_minute if known else 0)
    if p.placenta_on is None or p.placenta_minute is None:
        return begins, minutes(p.final_day + days(1), 0)
    return begins, minutes(p.placenta_on, p.placenta_minute + p.limits.after_placenta_minutes)


def minutes(day: date, minute: int) -> int:
    return day.toordinal() * MINUTES_A_DAY + minute
