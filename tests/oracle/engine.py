"""From facts to routes, phases, products, breakers, old-way values and dispositions."""

from collections import defaultdict

from ooievaar.bundles.rules.facts import OUTPUTS, columns
from tests.oracle.book import Book, Facts, Row
from tests.oracle.breaker import break_phase, deduction, late_miscarriages
from tests.oracle.care import read_acts
from tests.oracle.mono import mono_values
from tests.oracle.pregnancy import read_pregnancy, route
from tests.oracle.product import choose, kraamzorg_products, product_row

KEYS = {
    "routes": ("pregnancy_id",),
    "phases": ("pregnancy_id", "phase"),
    "dispositions": ("activity_id",),
    "products": ("product_no",),
    "breakers": ("pregnancy_id", "phase", "kind"),
    "mono_values": ("pregnancy_id", "phase", "organisation_id"),
}


def derive(facts: Facts) -> Facts:
    """Return the tables of `facts.OUTPUTS`, each in order of its key."""
    book = Book(facts)
    read = [read_pregnancy(Row(**row), book) for row in facts["pregnancies"]]
    pregnancies = {p.pregnancy_id: p for p in read}
    acts = read_acts([Row(**row) for row in facts["activities"]], pregnancies, book)
    acts_of = defaultdict(list)
    for act in acts:
        acts_of[act.pregnancy.pregnancy_id if act.pregnancy else None].append(act)
    results: dict[str, list[Row]] = {name: [] for name in OUTPUTS}
    for p in read:
        conclude(p, acts_of[p.pregnancy_id], book, results)
    results["dispositions"] += [disposition_row(act, None, {}, book) for act in acts_of[None]]
    tables: Facts = {}
    for name, schema in OUTPUTS.items():
        rows = [
            {column: getattr(row, column) for column in columns(schema)} for row in results[name]
        ]
        tables[name] = sorted(rows, key=lambda row: [row[column] for column in KEYS[name]])
    return tables


def conclude(p: Row, acts: list[Row], book: Book, results: dict[str, list[Row]]) -> None:
    """Add what one pregnancy amounts to."""
    values = mono_values(p, acts, book)
    product_of: dict[int, Row] = {}  # by activity
    for phase in p.phases.values():
        phase.care = [act for act in acts if act.counted and act.phase == phase.phase]
        phase.mono = values[phase.phase]
        # The IGO has a phase open from its first own care in it.
        phase.opened = min((act.day for act in phase.care if act.inside), default=None)
        phase.choice = choose(p, phase, book)
        break_phase(p, phase, book)
        results["breakers"] += phase.breakers
        results["mono_values"] += phase.mono.values()
        if phase.terms and phase.choice and not phase.banned:
            tariff = book.tariff(phase.contract_id, phase.choice.product, phase.starts_on)
            if tariff is not None:
                row = product_row(phase, tariff, deduction(phase, tariff), book)
                results["products"].append(row)
                product_of |= {act.activity_id: row for act in phase.care if not act.hourly}
    lost = {act.activity_id for phase in p.phases.values() for act in phase.lost_hours}
    paid = [act for act in acts if act.payable_hours and act.activity_id not in lost]
    for row in kraamzorg_products(p, paid, book):
        results["products"].append(row)
        product_of |= dict.fromkeys(row.evidence, row)
    results["routes"].append(route(p, book))
    results["phases"] += p.phases.values()
    results["breakers"] += late_miscarriages(p, book)
    results["dispositions"] += [
        disposition_row(act, p.phases.get(act.phase), product_of, book) for act in acts
    ]


def disposition_row(act: Row, phase: Row | None, product_of: dict[int, Row], book: Book) -> Row:
    disposition, reason, rule = place(act, phase, product_of.get(act.activity_id), book)
    in_product = disposition == "in_product"
    return Row(
        activity_id=act.activity_id,
        pregnancy_id=act.pregnancy.pregnancy_id if act.pregnancy else None,
        phase=act.phase,
        disposition=disposition,
        reason=reason,
        rule=rule,
        product_no=product_of[act.activity_id].product_no if in_product else None,
        twin_id=act.twin_id,
    )


def place(act: Row, phase: Row | None, product: Row | None, book: Book) -> tuple[str, str, str]:
    """Give an act its one place: the first of these that holds."""
    p = act.pregnancy
    if act.twin_id is not None:
        return "not_billable", "duplicate", "duplicate"
    if not act.known:
        return "not_billable", "unknown_code", "scope"
    if act.entry.scope != "inside":
        return "outside_bundle", act.entry.scope, "scope"
    if p is None:
        return "not_billable", "no_pregnancy", "pregnancy"
    if act.day < p.first_intake_on:
        return "monodisciplinary", "before_intake", "phase"
    if not act.inside:
        return place_outsider(act, phase, book)
    if phase is None:
        return "monodisciplinary", "after_phase", "phase"
    if p.exempt:
        return "monodisciplinary", "exempt", "route"
    if not p.home:
        return "monodisciplinary", "outside_practice", "route"
    insurer_id, terms = phase.insurer_id, phase.terms
    if act.hourly:
        insurer_id = book.insurer(p.woman_id, act.day)
        terms = book.terms_on(insurer_id, act.day)
    if insurer_id is None:
        return "monodisciplinary", "not_insured", "price"
    if terms is None:
        return "monodisciplinary", "no_contract", "price"
    if act.billed_mono:
        breaks = any(act.activity_id in breaker.evidence for breaker in phase.breakers)
        if breaks and phase.regime != "none":
            return "breaks_bundle", "member_billed", "breaker"
        return "monodisciplinary", "already_billed", "breaker"
    if phase.banned:
        return "monodisciplinary", "broken", "breaker"
    if product is None:
        return "monodisciplinary", "product_not_covered", "price"
    reason = "open" if product.is_open else "member" if act.member else "supplier"
    return "in_product", reason, product.rule


def place_outsider(act: Row, phase: Row | None, book: Book) -> tuple[str, str, str]:
    """Care by an outsider breaks a phase that the IGO has open, unless the contract lets it."""
    if phase is None or not phase.terms or not phase.opened or act.day < phase.opened:
        return "monodisciplinary", "non_member", "member"
    if (phase.contract_id, act.code) in book.parallel:
        return "monodisciplinary", "parallel_allowed", "breaker"
    if phase.regime == "none":
        return "monodisciplinary", "no_consequence", "breaker"
    return "breaks_bundle", "outside_provider", "breaker"
