"""From facts to routes, phases, products, breakers, old-way values and dispositions."""

from collections import Counter, defaultdict
from datetime import timedelta as days

from ooievaar.bundles.rules.facts import OUTPUTS, columns
from tests.oracle.facts import NATAL, POSTNATAL, PRENATAL, Book, Row, cover, half_up, read_care

WEEKS = ((105, "0_14"), (210, "15_29"), (10**9, "after_29"))
NO_PHASE = Row(opened=None, why="", contract_id=None, product=None, banned=False, breakers=[])
OF_PHASE = {"rule": "product", "minutes": 0, "units": 1}
OF_HOURS = {"rule": "kraamzorg", "product": "kraamzorg_hour", "alternative_product": ""}
OF_HOURS |= {"reason": "hours", "deduction_cents": 0, "alternative_cents": None}


def derive(facts):
    """Return the tables of `facts.OUTPUTS`, each in order of its key."""
    book, found, tables = Book(facts), defaultdict(list), {}
    pregnancies, found["dispositions"] = read_care(book)
    for p in pregnancies:
        conclude(p, book, found)
    for act in found["dispositions"]:
        place(act, book)
    for name, schema in OUTPUTS.items():
        rows = [[getattr(row, column) for column in columns(schema)] for row in found[name]]
        tables[name] = [dict(zip(columns(schema), row, strict=True)) for row in sorted(rows)]
    return tables


def conclude(p, book, found):
    """Add what one pregnancy amounts to."""
    for phase in p.phases.values():
        phase.care = [act for act in p.acts if act.counted and act.phase == phase.phase]
        phase.values = mono_values(p, phase, book)
        conclude_phase(p, phase, book)
        found["products"] += [phase.product] if phase.product else []
        found["breakers"] += phase.breakers
        found["mono_values"] += phase.values.values()
    hours = [act for act in p.acts if act.hourly and not p.phases[act.phase].banned]
    for product in kraamzorg(p, hours, book):
        found["products"].append(product)
        for act in product.acts:
            act.product = product
    found["breakers"] += late_miscarriages(p, book)
    found["phases"] += p.phases.values()
    # It is funded as the latest phase that has begun.
    begun = [phase for phase in p.phases.values() if phase.starts_on < p.clock]
    funded = begun[-1] if begun else cover(p, p.first_intake_on, book)
    funded.route = "old_way" if funded.why else "integral"
    funded.reason = funded.why or ("followed_contract" if funded.terms.followed else "contract")
    found["routes"].append(funded)


def place(act, book):
    """Give an act its one place: the first of these that holds."""
    p, scope, mono = act.pregnancy, act.entry.scope, "monodisciplinary"
    phase = p.phases.get(act.phase, NO_PHASE) if p else NO_PHASE
    product = act.product if act.hourly else phase.product
    # An outsider breaks a phase that the IGO has open, unless the contract lets it.
    beside = phase.contract_id and phase.opened and not act.inside and act.day >= phase.opened
    listed = book.all("parallel_care", contract_id=phase.contract_id, code=act.code)
    why = cover(p, act.day, book).why if act.hourly else phase.why
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
    _, act.disposition, act.reason, act.rule = next(found for found in places if found[0])
    act.pregnancy_id = p and p.pregnancy_id
    act.product_no = product.product_no if act.disposition == "in_product" else None


def conclude_phase(p, phase, book):
    """Give a phase its breakers, the loss by the first of them, and its product if it has one."""
    # The IGO has a phase open from its first own care in it.
    phase.opened = min((act.day for act in phase.care if act.inside), default=None)
    phase.breakers = find_breakers(p, phase, book) if phase.opened else []
    phase.regime = phase.terms.regime if phase.terms else "none"
    phase.banned = phase.regime == "parallel_ban" and phase.breakers != []
    product = choose_product(p, phase, book)
    breaking = {act.organisation_id for breaker in phase.breakers for act in breaker.acts}
    breaking = [phase.values[who] for who in breaking]
    deduction = min(product.tariff_cents or 0, sum(value.known_cents for value in breaking))
    for first in sorted(phase.breakers, key=lambda breaker: breaker.happened_on)[:1]:
        first.counts_loss, decisive, loss = True, breaking, deduction
        if first.regime == "parallel_ban":  # the products are lost, what they replace is not
            priced_on = first.happened_on if phase.terms is None else phase.starts_on
            loss = book.tariff(first.contract_id, product.product, priced_on) or 0
            hours = kraamzorg(p, phase.care if phase.banned else [], book)
            decisive = [value for value in phase.values.values() if value.is_inside]
            loss += sum(product.cents for product in hours)
            loss -= sum(value.known_cents for value in decisive)
        if first.regime != "none":
            first.loss_cents = None if any(value.unknown_acts for value in decisive) else loss
    phase.product = None if phase.banned or product.tariff_cents is None else product
    product.deduction_cents = deduction if phase.regime == "correction" else 0
    product.cents = (product.tariff_cents or 0) - product.deduction_cents


def choose_product(p, phase, book):
    """Choose the product of a phase from the care in it; without care of the IGO it is none."""
    in_force = book.held(phase.starts_on, "products_in_force", phase=phase.phase)
    named = {row.variant: row.product for row in in_force}
    makers = [act for act in phase.care if act.payable and not act.hourly]
    doctor = p.limits.gynaecology_specialism
    complex_acts = [a for a in makers if a.entry.complex_counts and a.specialism == doctor]
    request_acts = [a for a in makers if a.entry.on_request and phase.phase == NATAL]
    first_act = sorted(makers, key=lambda act: (act.day, act.activity_id))[:1]
    simple = [act for act in makers if act not in complex_acts]
    asked = [act for act in simple if act in request_acts]
    unasked = [act for act in makers if act not in request_acts]
    less = "on_request" if asked else "regular" if simple else None
    variants = (  # when, variant, reason, what it rests on, what it would be without that
        (complex_acts, "complex", "gynaecologist_acted", complex_acts, less),
        (request_acts, "on_request", "on_request", request_acts, "regular" if unasked else None),
        (True, "regular", "regular", first_act, "complex"),
    )
    _, variant, reason, acts, other = next(found for found in variants if found[0])
    if p.early and "early_end" in named:
        variant, reason, acts, other = "early_end", "before_16_weeks", first_act, variant
    product, other = named.get(variant, "") if makers else "", named.get(other, "")
    made = Row(**OF_PHASE | vars(phase), reason=reason, claimable_on=phase.until)
    made.key = f"{p.pregnancy_id}:{phase.phase}"
    made.product_no = p.pregnancy_id * 100 + phase.phase
    made.product, made.alternative_product = product, other
    made.tariff_cents = book.tariff(phase.contract_id, product, phase.starts_on)
    made.alternative_cents = book.tariff(phase.contract_id, other, phase.starts_on)
    made.evidence = sorted(act.activity_id for act in acts)
    return made


def kraamzorg(p, acts, book):
    """Sum kraamzorg per month, insurer and price, rounded once to the contract's unit."""
    groups, products = defaultdict(list), []
    for act in (act for act in acts if act.hourly and act.payable):
        act.insured, month = cover(p, act.day, book), act.day.replace(day=1)
        price = book.tariff(act.insured.contract_id, "kraamzorg_hour", act.day)
        if price is not None:
            groups[month, act.insured.insurer_id, price].append(act)
    for rank, ((month, insurer_id, price), group) in enumerate(sorted(groups.items())):
        insured = min((act.insured for act in group), key=lambda insured: insured.contract_id)
        unit, until = insured.terms.kraamzorg_unit_minutes, (month + days(31)).replace(day=1)
        made = Row(**OF_HOURS | vars(insured), phase=POSTNATAL, acts=group, tariff_cents=price)
        made.evidence = sorted(act.activity_id for act in group)
        made.key = f"{p.pregnancy_id}:kraamzorg:{insurer_id}:{price}:{month:%Y-%m}"
        made.product_no = p.pregnancy_id * 100 + 10 + rank
        made.starts_on = min(act.day for act in group)
        made.claimable_on, made.is_open = until, until > p.clock
        made.minutes = sum(act.duration_minutes for act in group)
        made.units = half_up(made.minutes, unit)
        made.cents = half_up(made.units * unit * price, 60)
        products.append(made)
    return products


def find_breakers(p, phase, book):
    """Find what breaks a phase that the IGO has open, in the order that settles equal days."""
    terms, begun_until = phase.terms, min(phase.until, p.clock)
    if terms is None:  # a contract came too late; of what it covers it breaks nothing
        later = book.all("terms", insurer_id=phase.insurer_id) if p.integral else []
        came = [row for row in later if phase.starts_on < row.valid_from < begun_until]
        late = [("phase_before_contract", row.valid_from, row) for row in came[:1]]
        return [breaker(p, phase.phase, *told) for told in late]
    listed = {row.code for row in book.all("parallel_care", contract_id=terms.contract_id)}
    unlisted = [act for act in phase.care if act.code not in listed]
    outside = [act for act in unlisted if not act.inside and act.day >= phase.opened]
    makers = {row.organisation_id for row in book.all("organisations", discipline="kraamzorg")}
    exempt = makers if terms.kraamzorg_bills_itself else set()
    own = [act for act in unlisted if act.member and act.organisation_id not in exempt]
    billed = [act for act in own if act.billed_mono]
    entered = p.entered_on and phase.starts_on < p.entered_on < phase.until
    left = p.end_kind == "moved_away" and phase.natural_until > phase.until
    insured = book.all("coverages", woman_id=p.woman_id) if terms.insurer_switch_breaks else []
    others = [row.valid_from for row in insured if row.insurer_id != phase.insurer_id]
    found = (
        ("outside_provider", [act.day for act in outside], outside),
        ("member_billed", [act.day for act in billed], billed),
        ("entered_mid_phase", [p.entered_on] if entered else [], []),
        ("left_mid_phase", [p.ended_on] if left else [], []),
        ("insurer_changed", [d for d in others if phase.starts_on < d < begun_until], []),
    )
    return [breaker(p, phase.phase, kind, min(on), terms, by) for kind, on, by in found if on]


def breaker(p, phase, kind, on, contract, acts=()):
    told = Row(pregnancy_id=p.pregnancy_id, phase=phase, kind=kind, happened_on=on, acts=acts)
    told.rule, told.contract_id, told.regime = "breaker", contract.contract_id, contract.regime
    told.counts_loss, told.loss_cents = False, 0
    told.evidence = sorted(act.activity_id for act in acts)
    return told


def late_miscarriages(p, book):
    """Find phases with products from before their early end was known; each is one breaker."""
    found = []
    for phase in (NATAL, POSTNATAL) if p.early else ():
        if made := book.all("made_products", pregnancy_id=p.pregnancy_id, phase=phase):
            contract = book.all("terms", contract_id=min(row.contract_id for row in made))[0]
            late = breaker(p, phase, "late_miscarriage", p.ended_on, contract)
            lost = [row.cents for row in made if late.regime != "none"]
            late.counts_loss, late.loss_cents = True, sum(lost)
            found.append(late)
    return found


def mono_values(p, phase, book):
    """Tell what the old system would have paid each for a phase; unknown is not 0."""
    values, items = {}, courses(p, phase)
    for who in {act.organisation_id for act in phase.care}:
        acts, sums = [act for act in phase.care if act.organisation_id == who], Counter()
        parts = [(book.on(phase.starts_on, "mono_tariffs", item=item), 1, 1) for item in items[who]]
        for act in acts:
            tariff = book.on(act.day, "mono_tariffs", item=act.entry.mono_item)
            if act.entry.mono == "price_list":
                own = book.on(act.day, "price_list", organisation_id=who, code=act.code)
                common = book.on(act.day, "price_list", organisation_id=0, code=act.code)
                parts.append((own or common, act.quantity, 1))
            elif act.entry.mono == "kraamzorg_item":
                parts.append((tariff, act.quantity, 1))
            elif act.entry.mono == "kraamzorg_hour":
                parts.append((tariff, act.duration_minutes, 60))
        for price, quantity, per in parts:
            if price:  # hours at one tariff are rounded together
                sums[price.cents, getattr(price, "is_exact", True), per] += quantity
        known = sum(half_up(cents * number, per) for (cents, _, per), number in sums.items())
        unknown = sum(price is None for price, _, _ in parts)
        value = values[who] = Row(organisation_id=who, known_cents=known, unknown_acts=unknown)
        value.pregnancy_id, value.phase = p.pregnancy_id, phase.phase
        value.cents = None if unknown else known
        value.is_inside = any(act.inside for act in acts)
        value.is_exact = all(exact for _, exact, _ in sums)
    return values


def courses(p, phase):
    """Name the midwives' courses: whole; the prenatal also in part, by week, or by transfer."""
    found, began, referred = defaultdict(set), {}, {}
    for act in sorted(phase.care, key=lambda act: act.day, reverse=True):
        kind, item = act.entry.mono, act.entry.mono_item
        if kind == "course" and item != "prenatal":
            found[act.organisation_id].add(f"{item}_full")
        elif kind in ("course", "referral") and phase.phase == PRENATAL:
            (began if kind == "course" else referred)[act.organisation_id] = act.day
    in_order = sorted((day, organisation) for organisation, day in began.items())
    for nth, (day, organisation) in enumerate(in_order):
        stops = [stop for stop in (referred.get(organisation), p.ended_on) if stop]
        is_part = organisation in referred or (p.ended_on and NATAL not in p.phases)
        name, until = "prenatal", min(stops) if is_part else None  # until a referral or the end
        if len(in_order) > 1:
            name, until = ("transfer_second", day) if nth else ("transfer_first", in_order[1][0])
        weeks = [week for end, week in WEEKS if until and (until - p.conceived).days < end]
        found[organisation].add(f"{name}_{(weeks or ['full'])[0]}")
    return found
