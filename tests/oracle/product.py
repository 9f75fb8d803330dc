"""The product of a phase, and kraamzorg by the hour."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from tests.oracle.book import Book, Row, half_up
from tests.oracle.pregnancy import NATAL, POSTNATAL, PRENATAL

KRAAMZORG = "kraamzorg_hour"


def choose(p: Row, phase: Row, book: Book) -> Row | None:
    """Choose the product of a phase from the counted care in it; None without a member's care."""
    makers = [act for act in phase.care if act.inside and not act.hourly and not act.billed_mono]
    if not makers:
        return None
    specialism = p.limits.gynaecology_specialism
    complex_acts = [a for a in makers if a.entry.complex_counts and a.specialism == specialism]
    request_acts = [a for a in makers if a.entry.on_request and phase.phase == NATAL]
    first_act = [min(makers, key=lambda act: (act.day, act.activity_id))]
    if p.early and book.product(PRENATAL, "early_end", phase.starts_on):
        chosen = ("early_end", "before_16_weeks", first_act, "regular")
    elif complex_acts:
        otherwise = "on_request" if request_acts else "regular"
        chosen = ("complex", "gynaecologist_acted", complex_acts, otherwise)
    elif request_acts:
        chosen = ("on_request", "on_request", request_acts, "regular")
    else:
        chosen = ("regular", "regular", first_act, "complex")
    variant, reason, evidence, otherwise = chosen
    return Row(
        product=book.product(phase.phase, variant, phase.starts_on),
        reason=reason,
        evidence=sorted(act.activity_id for act in evidence),
        alternative_product=book.product(phase.phase, otherwise, phase.starts_on),
    )


def product_row(phase: Row, tariff_cents: int, deduction_cents: int, book: Book) -> Row:
    """Write the product of a phase; the phase's start fixes insurer, contract and tariff."""
    contract_id, alternative = phase.contract_id, phase.choice.alternative_product
    return Row(
        **vars(phase.choice),
        product_no=phase.pregnancy_id * 100 + phase.phase,
        key=f"{phase.pregnancy_id}:{phase.phase}",
        pregnancy_id=phase.pregnancy_id,
        phase=phase.phase,
        insurer_id=phase.insurer_id,
        contract_id=contract_id,
        starts_on=phase.starts_on,
        claimable_on=phase.until,
        is_open=phase.is_open,
        minutes=0,
        units=1,
        tariff_cents=tariff_cents,
        deduction_cents=deduction_cents,
        cents=tariff_cents - deduction_cents,
        rule="product",
        alternative_cents=book.tariff(contract_id, alternative, phase.starts_on),
    )


def kraamzorg_products(p: Row, acts: Iterable[Row], book: Book) -> list[Row]:
    """Sum kraamzorg per month, insurer and price, rounded once to the contract's unit."""
    groups: dict[tuple[date, int, int], list[tuple[Row, Row]]] = defaultdict(list)
    for act in acts:
        insurer_id = book.insurer(p.woman_id, act.day)
        terms = book.terms_on(insurer_id, act.day)
        price = book.tariff(terms.contract_id, KRAAMZORG, act.day) if terms else None
        if insurer_id and terms and price is not None:
            groups[act.day.replace(day=1), insurer_id, price].append((act, terms))
    products = []
    for rank, (month, insurer_id, price) in enumerate(sorted(groups)):
        rows = groups[month, insurer_id, price]
        terms = min((terms for _, terms in rows), key=lambda terms: terms.contract_id)
        unit, minutes = terms.kraamzorg_unit_minutes, sum(act.duration_minutes for act, _ in rows)
        units = half_up(minutes, unit)
        next_month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
        products.append(
            Row(
                product_no=p.pregnancy_id * 100 + 10 + rank,
                key=f"{p.pregnancy_id}:kraamzorg:{insurer_id}:{price}:{month:%Y-%m}",
                pregnancy_id=p.pregnancy_id,
                phase=POSTNATAL,
                product=KRAAMZORG,
                insurer_id=insurer_id,
                contract_id=terms.contract_id,
                starts_on=min(act.day for act, _ in rows),
                claimable_on=next_month,
                is_open=next_month > book.clock,
                minutes=minutes,
                units=units,
                tariff_cents=price,
                deduction_cents=0,
                cents=half_up(units * unit * price, 60),
                rule="kraamzorg",
                reason="hours",
                evidence=sorted(act.activity_id for act, _ in rows),
                alternative_product="",
                alternative_cents=None,
            )
        )
    return products
