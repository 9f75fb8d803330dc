"""What breaks the bundle of a phase, under which regime, and what that costs."""

from datetime import date

from tests.oracle.book import Book, Row, days
from tests.oracle.mono import MonoValue
from tests.oracle.pregnancy import NATAL
from tests.oracle.product import kraamzorg_products

KINDS = (
    "outside_provider",
    "member_billed",
    "entered_mid_phase",
    "left_mid_phase",
    "phase_before_contract",
    "insurer_changed",
    "late_miscarriage",
)


def new_breaker(
    p: Row, phase: int, kind: str, on: date, contract: Row, acts: list[Row] | None = None
) -> Row:
    return Row(
        pregnancy_id=p.pregnancy_id,
        phase=phase,
        kind=kind,
        happened_on=on,
        contract_id=contract.contract_id,
        regime=contract.regime,
        rule="breaker",
        acts=acts or [],
        evidence=sorted(act.activity_id for act in acts or []),
        counts_loss=False,
        loss_cents=0,
    )


def find_breakers(p: Row, phase: Row, book: Book) -> list[Row]:
    """Find what breaks one phase; nothing does before the IGO gave care in it."""
    if phase.opened is None:
        return []
    if phase.terms is None:
        return contract_came_later(p, phase, book)
    terms, found = phase.terms, []

    def add(kind: str, on: date, acts: list[Row] | None = None) -> None:
        found.append(new_breaker(p, phase.phase, kind, on, terms, acts))

    def bills_itself(act: Row) -> bool:
        kraamzorg = book.disciplines.get(act.organisation) == "kraamzorg"
        return kraamzorg and terms.kraamzorg_bills_itself

    unlisted = [act for act in phase.care if (terms.contract_id, act.code) not in book.parallel]
    outside = [act for act in unlisted if not act.inside and act.day >= phase.opened]
    billed = [act for act in unlisted if act.member and act.billed_mono and not bills_itself(act)]
    if outside:
        add("outside_provider", min(act.day for act in outside), outside)
    if billed:
        add("member_billed", min(act.day for act in billed), billed)
    if p.entered_on and phase.starts_on < p.entered_on < phase.until:
        add("entered_mid_phase", p.entered_on)
    left = p.end_kind == "moved_away" and phase.starts_on <= p.ended_on < phase.until
    if left and phase.natural_until > p.ended_on + days(1):
        add("left_mid_phase", p.ended_on)
    if terms.insurer_switch_breaks:
        coverages = book.coverages.all(p.woman_id)
        starts = [c.valid_from for c in coverages if c.insurer_id != phase.insurer_id]
        switches = [start for start in starts if begins_within(phase, start, book)]
        if switches:
            add("insurer_changed", min(switches))
    return found


def contract_came_later(p: Row, phase: Row, book: Book) -> list[Row]:
    """The phase began without a contract and one came in it."""
    for terms in book.terms.all(phase.insurer_id) if p.integral else []:
        if begins_within(phase, terms.valid_from, book):
            return [new_breaker(p, phase.phase, "phase_before_contract", terms.valid_from, terms)]
    return []


def begins_within(phase: Row, day: date, book: Book) -> bool:
    return phase.starts_on < day < min(phase.until, book.clock)


def break_phase(p: Row, phase: Row, book: Book) -> None:
    """Add to a phase its breakers, what follows under its regime, and the loss."""
    phase.breakers = find_breakers(p, phase, book)
    phase.regime = phase.terms.regime if phase.terms else "none"
    # A contract that came later broke nothing that it covers.
    broken = phase.terms is not None and phase.breakers != []
    phase.banned = broken and phase.regime == "parallel_ban"
    phase.corrected = broken and phase.regime == "correction"
    phase.lost_hours = [a for a in phase.care if a.payable_hours] if phase.banned else []
    if phase.breakers:
        first = min(phase.breakers, key=lambda b: (b.happened_on, KINDS.index(b.kind)))
        first.counts_loss = True
        first.loss_cents = loss(p, phase, first, book)


def breaking_values(phase: Row) -> list[MonoValue]:
    """The old-way values of the organisations whose acts broke the phase."""
    broke = {act.organisation for breaker in phase.breakers for act in breaker.acts}
    return [phase.mono[organisation] for organisation in broke]


def loss(p: Row, phase: Row, breaker: Row, book: Book) -> int | None:
    """What a breaker costs the IGO; None when an old-way value is not known."""
    later = breaker.kind == "phase_before_contract"
    day = breaker.happened_on if later else phase.starts_on
    product = phase.choice.product if phase.choice else ""
    tariff = book.tariff(breaker.contract_id, product, day) or 0
    if breaker.regime == "parallel_ban":
        instead = [value.cents for value in phase.mono.values() if value.is_inside]
        hours = sum(row.cents for row in kraamzorg_products(p, phase.lost_hours, book))
        return None if None in instead else tariff + hours - sum(filter(None, instead))
    if breaker.regime == "correction":
        outside = [value.cents for value in breaking_values(phase)]
        return None if None in outside else min(tariff, sum(filter(None, outside)))
    return 0


def deduction(phase: Row, tariff_cents: int) -> int:
    """What a correction takes off a product that was broken."""
    known = sum(value.known_cents for value in breaking_values(phase))
    return min(tariff_cents, known) if phase.corrected else 0


def late_miscarriages(p: Row, book: Book) -> list[Row]:
    """Products of later phases, made before the early end was known: one breaker per phase."""
    made = [row for row in book.made if row.pregnancy_id == p.pregnancy_id and row.phase >= NATAL]
    found = []
    for number in sorted({row.phase for row in made}) if p.early else []:
        of_phase = [row for row in made if row.phase == number]
        contract_id = min(row.contract_id for row in of_phase)
        contract = Row(contract_id=contract_id, regime=book.regimes[contract_id])
        breaker = new_breaker(p, number, "late_miscarriage", p.ended_on, contract)
        breaker.counts_loss = True
        if contract.regime != "none":
            breaker.loss_cents = sum(row.cents for row in of_phase)
        found.append(breaker)
    return found
