"""From facts to routes, phases, products, breakers, old-way values and dispositions."""

from collections import defaultdict

from ooievaar.bundles.rules.facts import OUTPUTS, columns
from tests.oracle.facts import (
    NATAL,
    POSTNATAL,
    PRENATAL,
    Book,
    Facts,
    Row,
    days,
    gestation,
    half_up,
    old_way,
    read_acts,
    read_pregnancy,
    route,
)

WEEKS = ((105, "0_14"), (210, "15_29"), (10**9, "after_29"))
NO_PHASE = Row(terms=None, contract_id=0, insurer_id=None, opened=None, breakers=[],
               regime="none", banned=False)  # fmt: skip


def derive(facts: Facts) -> Facts:
    """Return the tables of `facts.OUTPUTS`, each in order of its key."""
    book, pregnancies, acts_of = Book(facts), {}, defaultdict(list)
    for row in facts["pregnancies"]:
        if limits := book.on(row["first_intake_on"], "limits"):  # else the rule book knows no law
            pregnancies[row["pregnancy_id"]] = read_pregnancy(row, limits, book)
    for act in read_acts(facts["activities"], pregnancies, book):
        acts_of[act.pregnancy and act.pregnancy.pregnancy_id].append(act)
    found = defaultdict(list)
    found["dispositions"] = [place(act, NO_PHASE, None, book) for act in acts_of[None]]
    for number, p in pregnancies.items():
        conclude(p, acts_of[number], book, found)
    tables: Facts = {}
    for name, schema in OUTPUTS.items():
        rows = [[getattr(row, column) for column in columns(schema)] for row in found[name]]
        tables[name] = [dict(zip(columns(schema), row, strict=True)) for row in sorted(rows)]
    return tables


def conclude(p: Row, acts: list[Row], book: Book, found: dict[str, list[Row]]) -> None:
    """Add what one pregnancy amounts to."""
    values, made = mono_values(p, [act for act in acts if act.counted], book), []
    for number, phase in p.phases.items():
        phase.care = [act for act in acts if act.counted and act.phase == number]
        here = {who: value for (of_phase, who), value in values.items() if of_phase == number}
        made += conclude_phase(p, phase, here, book)
        found["breakers"] += phase.breakers
    of_phase = {row.phase: row for row in made}
    product_of = {act.activity_id: of_phase.get(act.phase) for act in acts if not act.hourly}
    hours = [act for act in acts if act.hourly and not p.phases[act.phase].banned]
    for row in kraamzorg(p, hours, book):
        made.append(row)
        product_of |= dict.fromkeys(row.evidence, row)
    for act in acts:
        phase = p.phases.get(act.phase, NO_PHASE)
        found["dispositions"].append(place(act, phase, product_of.get(act.activity_id), book))
    found["products"] += made
    found["breakers"] += late_miscarriages(p, book)
    found["mono_values"] += values.values()
    found["phases"] += p.phases.values()
    found["routes"].append(route(p, book))


def place(act: Row, phase: Row, product: Row | None, book: Book) -> Row:
    """Give an act its one place: the first of these that holds."""
    p, scope, mono = act.pregnancy, act.entry.scope, "monodisciplinary"
    # An outsider breaks a phase that the IGO has open, unless the contract lets it.
    beside = phase.terms and phase.opened and not act.inside and act.day >= phase.opened
    listed = book.all("parallel_care", contract_id=phase.contract_id, code=act.code)
    insured = book.terms(p.woman_id, act.day) if act.hourly else (phase.insurer_id, phase.terms)
    why = old_way(p, *insured) if p else ""
    by_itself = any(act.activity_id in breaker.evidence for breaker in phase.breakers)
    within = "open" if product and product.is_open else "member" if act.member else "supplier"
    places = (
        (act.twin_id is not None, "not_billable", "duplicate", "duplicate"),
        (scope == "", "not_billable", "unknown_code", "scope"),
        (scope != "inside", "outside_bundle", scope, "scope"),
        (p is None, "not_billable", "no_pregnancy", "pregnancy"),
        (p and act.day < p.first_intake_on, mono, "before_intake", "phase"),
        (beside and listed, mono, "parallel_allowed", "breaker"),
        (beside and phase.regime != "none", "breaks_bundle", "outside_provider", "breaker"),
        (beside, mono, "no_consequence", "breaker"),
        (not act.inside, mono, "non_member", "member"),
        (phase is NO_PHASE, mono, "after_phase", "phase"),
        (why, mono, why, "price" if p and p.integral else "route"),
        (by_itself and phase.regime != "none", "breaks_bundle", "member_billed", "breaker"),
        (act.billed_mono, mono, "already_billed", "breaker"),
        (phase.banned, mono, "broken", "breaker"),
        (product is None, mono, "product_not_covered", "price"),
        (True, "in_product", within, product and product.rule),
    )
    _, disposition, reason, rule = next(found for found in places if found[0])
    return Row(
        activity_id=act.activity_id, pregnancy_id=p and p.pregnancy_id, phase=act.phase,
        disposition=disposition, reason=reason, rule=rule, twin_id=act.twin_id,
        product_no=product.product_no if product and disposition == "in_product" else None,
    )  # fmt: skip


def conclude_phase(p: Row, phase: Row, values: dict[int, Row], book: Book) -> list[Row]:
    """Add to a phase its breakers and the loss by the first of them; return its product."""
    # The IGO has a phase open from its first own care in it.
    phase.opened = min((act.day for act in phase.care if act.inside), default=None)
    phase.breakers = find_breakers(p, phase, book) if phase.opened else []
    phase.regime = phase.terms.regime if phase.terms else "none"
    phase.banned = phase.regime == "parallel_ban" and phase.breakers != []
    choice = choose_product(p, phase, book)
    tariff = book.tariff(phase.contract_id, choice.product, phase.starts_on) if choice else None
    breaking = [values[who] for who in {a.organisation_id for b in phase.breakers for a in b.acts}]
    deduction = min(tariff or 0, sum(value.known_cents for value in breaking))
    for first in sorted(phase.breakers, key=lambda breaker: breaker.happened_on)[:1]:
        first.counts_loss, decisive, worth = True, breaking, tariff or 0
        if first.kind == "phase_before_contract" and choice:
            worth = book.tariff(first.contract_id, choice.product, first.happened_on) or 0
        if first.regime == "parallel_ban":
            decisive = [value for value in values.values() if value.is_inside]
            hours = kraamzorg(p, phase.care if phase.banned else [], book)
            worth += sum(row.cents for row in hours) - sum(value.known_cents for value in decisive)
        loss = {"parallel_ban": worth, "correction": deduction, "none": 0}[first.regime]
        is_unknown = first.regime != "none" and any(value.unknown_acts for value in decisive)
        first.loss_cents = None if is_unknown else loss
    off = deduction if phase.regime == "correction" else 0
    return [] if tariff is None or phase.banned else [Row(
        product_no=p.pregnancy_id * 100 + phase.phase, key=f"{p.pregnancy_id}:{phase.phase}",
        pregnancy_id=p.pregnancy_id, phase=phase.phase, insurer_id=phase.insurer_id,
        contract_id=phase.contract_id, starts_on=phase.starts_on, claimable_on=phase.until,
        is_open=phase.is_open, minutes=0, units=1, tariff_cents=tariff, deduction_cents=off,
        cents=tariff - off, rule="product", **vars(choice),
    )]  # fmt: skip


def choose_product(p: Row, phase: Row, book: Book) -> Row | None:
    """Choose the product of a phase from the care in it; None without care of the IGO."""

    def named(variant: str) -> str:
        row = book.on(phase.starts_on, "products_in_force", phase=phase.phase, variant=variant)
        return row.product if row else ""

    makers = [act for act in phase.care if act.payable and not act.hourly]
    doctor = p.limits.gynaecology_specialism
    complex_acts = [a for a in makers if a.entry.complex_counts and a.specialism == doctor]
    request_acts = [a for a in makers if a.entry.on_request and phase.phase == NATAL]
    first_act = sorted(makers, key=lambda act: (act.day, act.activity_id))[:1]
    early, less = p.early and named("early_end"), "on_request" if request_acts else "regular"
    variants = (  # when, variant, reason, what it rests on, what it would be without that
        (early, "early_end", "before_16_weeks", first_act, "regular"),
        (complex_acts, "complex", "gynaecologist_acted", complex_acts, less),
        (request_acts, "on_request", "on_request", request_acts, "regular"),
        (True, "regular", "regular", first_act, "complex"),
    )
    _, variant, reason, acts, other = next(found for found in variants if found[0])
    return None if not makers else Row(
        product=named(variant), reason=reason, alternative_product=named(other),
        alternative_cents=book.tariff(phase.contract_id, named(other), phase.starts_on),
        evidence=sorted(act.activity_id for act in acts),
    )  # fmt: skip


def kraamzorg(p: Row, acts: list[Row], book: Book) -> list[Row]:
    """Sum kraamzorg per month, insurer and price, rounded once to the contract's unit."""
    groups, products = defaultdict(list), []
    for act in (act for act in acts if act.hourly and act.payable and p.integral):
        insurer_id, terms = book.terms(p.woman_id, act.day)
        price = book.tariff(terms.contract_id, "kraamzorg_hour", act.day) if terms else None
        if price is not None:
            next_month = (act.day.replace(day=1) + days(31)).replace(day=1)
            groups[next_month, insurer_id, price].append((terms.contract_id, act, terms))
    for rank, (until, insurer_id, price) in enumerate(sorted(groups)):
        rows = groups[until, insurer_id, price]
        contract_id, _, terms = min(rows, key=lambda row: row[0])
        unit, minutes = terms.kraamzorg_unit_minutes, sum(row[1].duration_minutes for row in rows)
        month, units = f"{until - days(1):%Y-%m}", half_up(minutes, unit)
        products.append(Row(
            product_no=p.pregnancy_id * 100 + 10 + rank, pregnancy_id=p.pregnancy_id,
            key=f"{p.pregnancy_id}:kraamzorg:{insurer_id}:{price}:{month}",
            phase=POSTNATAL, product="kraamzorg_hour", rule="kraamzorg", reason="hours",
            insurer_id=insurer_id, contract_id=contract_id, claimable_on=until,
            starts_on=min(act.day for _, act, _ in rows), is_open=until > p.clock,
            minutes=minutes, units=units, tariff_cents=price, deduction_cents=0,
            cents=half_up(units * unit * price, 60), alternative_product="",
            alternative_cents=None, evidence=sorted(act.activity_id for _, act, _ in rows),
        ))  # fmt: skip
    return products


def find_breakers(p: Row, phase: Row, book: Book) -> list[Row]:
    """Find what breaks a phase that the IGO has open, in the order that settles equal days."""
    terms, until, begun_until = phase.terms, phase.until, min(phase.until, p.clock)
    if terms is None:  # a contract came too late; of what it covers it breaks nothing
        later = book.all("terms", insurer_id=phase.insurer_id) if p.integral else []
        came = [row for row in later if phase.starts_on < row.valid_from < begun_until]
        kind = "phase_before_contract"
        return [breaker(p, phase.phase, kind, row.valid_from, row) for row in came[:1]]
    listed = {row.code for row in book.all("parallel_care", contract_id=terms.contract_id)}
    unlisted = [act for act in phase.care if act.code not in listed]
    outside = [act for act in unlisted if not act.inside and act.day >= phase.opened]
    makers = {row.organisation_id for row in book.all("organisations", discipline="kraamzorg")}
    exempt = makers if terms.kraamzorg_bills_itself else set()
    own = [act for act in unlisted if act.member and act.organisation_id not in exempt]
    billed = [act for act in own if act.billed_mono]
    entered = p.entered_on and phase.starts_on < p.entered_on < until
    left = p.gone and p.end_kind == "moved_away" and phase.starts_on <= p.ended_on < until
    insured = book.all("coverages", woman_id=p.woman_id) if terms.insurer_switch_breaks else []
    others = [row.valid_from for row in insured if row.insurer_id != phase.insurer_id]
    found = (
        ("outside_provider", [act.day for act in outside], outside),
        ("member_billed", [act.day for act in billed], billed),
        ("entered_mid_phase", [p.entered_on] if entered else [], []),
        ("left_mid_phase", [p.ended_on] if left and phase.natural_until > until else [], []),
        ("insurer_changed", [d for d in others if phase.starts_on < d < begun_until], []),
    )
    return [breaker(p, phase.phase, kind, min(on), terms, by) for kind, on, by in found if on]


def breaker(p: Row, phase: int, kind: str, on: object, contract: Row, acts: object = ()) -> Row:
    return Row(
        pregnancy_id=p.pregnancy_id, phase=phase, kind=kind, happened_on=on, rule="breaker",
        contract_id=contract.contract_id, regime=contract.regime, counts_loss=False, loss_cents=0,
        acts=acts, evidence=sorted(act.activity_id for act in acts),
    )  # fmt: skip


def late_miscarriages(p: Row, book: Book) -> list[Row]:
    """Find phases with a product from before their early end was known; each is one breaker."""
    made, found = book.all("made_products", pregnancy_id=p.pregnancy_id), {}
    for row in made if p.early else []:
        contracts = [other.contract_id for other in made if other.phase == row.phase]
        contract = book.all("terms", contract_id=min(contracts))[0]
        new = breaker(p, row.phase, "late_miscarriage", p.ended_on, contract)
        one = found.setdefault(row.phase, new)
        one.counts_loss, one.loss_cents = True, one.loss_cents + row.cents * (one.regime != "none")
    return [one for phase, one in found.items() if phase >= NATAL]


def mono_values(p: Row, counted: list[Row], book: Book) -> dict[tuple[int, int], Row]:
    """Tell what the old system would have paid, by phase and organisation; unknown is not 0."""
    values, hours = {}, defaultdict(int)

    def add(key: tuple[int, int], price: Row | None, quantity: int) -> None:
        values[key].unknown_acts += price is None
        values[key].known_cents += price.cents * quantity if price else 0
        values[key].is_exact &= getattr(price, "is_exact", True)

    for act in counted:
        key, kind = (act.phase, act.organisation_id), act.entry.mono
        values.setdefault(key, Row(
            pregnancy_id=p.pregnancy_id, phase=act.phase, organisation_id=act.organisation_id,
            is_inside=False, known_cents=0, unknown_acts=0, is_exact=True,
        )).is_inside |= act.inside  # fmt: skip
        if kind == "price_list":
            own = book.on(act.day, kind, organisation_id=act.organisation_id, code=act.code)
            add(key, own or book.on(act.day, kind, organisation_id=0, code=act.code), act.quantity)
        elif kind in ("kraamzorg_hour", "kraamzorg_item"):
            tariff = book.on(act.day, "mono_tariffs", item=act.entry.mono_item)
            add(key, tariff, act.quantity if kind == "kraamzorg_item" else 0)
            if tariff and kind == "kraamzorg_hour":  # hours at one tariff are rounded together
                hours[key, tariff.cents, tariff.is_exact] += act.duration_minutes
    for (key, cents, _), minutes in hours.items():
        values[key].known_cents += half_up(minutes * cents, 60)
    for phase, who, item in courses(p, counted):
        add((phase, who), book.on(p.phases[phase].starts_on, "mono_tariffs", item=item), 1)
    for value in values.values():
        value.cents = None if value.unknown_acts else value.known_cents
    return values


def courses(p: Row, counted: list[Row]) -> set[tuple[int, int, str]]:
    """Name the midwives' courses: whole; the prenatal also in part, by week, or by transfer."""
    found, began, referred = set(), {}, {}
    for act in sorted(counted, key=lambda act: act.day, reverse=True):
        kind, item = act.entry.mono, act.entry.mono_item
        if kind == "course" and item != "prenatal":
            found.add((act.phase, act.organisation_id, f"{item}_full"))
        elif kind in ("course", "referral") and act.phase == PRENATAL:
            (began if kind == "course" else referred)[act.organisation_id] = act.day
    in_order = sorted((day, organisation) for organisation, day in began.items())
    for nth, (day, organisation) in enumerate(in_order):
        stops = [stop for stop in (referred.get(organisation), p.ended_on) if stop]
        is_part = organisation in referred or (p.ended_on and NATAL not in p.phases)
        name, until = "prenatal", min(stops) if is_part else None  # until a referral or the end
        if len(in_order) > 1:
            name, until = ("transfer_second", day) if nth else ("transfer_first", in_order[1][0])
        weeks = [week for end, week in WEEKS if until and gestation(p, until) < end]
        found.add((PRENATAL, organisation, f"{name}_{(weeks or ['full'])[0]}"))
    return found
