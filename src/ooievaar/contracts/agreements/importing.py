"""Agreements that came in as rows of the region tables, written down as text.

They count as signed outside: the text is there to read, and says what the rows say.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from ooievaar.contracts.agreement_models import AgreementVersion
from ooievaar.contracts.agreements import terms
from ooievaar.contracts.agreements.commands import store_version
from ooievaar.contracts.agreements.examples import run_examples
from ooievaar.contracts.agreements.reading import NAME, RESERVED, faults_in
from ooievaar.contracts.agreements.writing import write
from ooievaar.contracts.models import Agreement
from ooievaar.contracts.rules.agreement import (
    ANY_PRODUCT,
    DISCIPLINES,
    OVERHEAD,
    RESERVE,
    Cooperative,
    Distribution,
    Example,
    GivenProduct,
    MemberRule,
    Overhead,
    Party,
    ProductRule,
    Reserve,
    SupplierRule,
    Surcharge,
)
from ooievaar.kernel.money import format_euro
from ooievaar.kernel.period import FAR_DATE
from ooievaar.network.models import Membership, Network, Organisation

EARMARKED_NAME = "Toeslagen"
EXAMPLE_CENTS = 100_000


@transaction.atomic
def write_imported(at: datetime) -> list[AgreementVersion]:
    """Write a text for every agreement that has none; return the new versions.

    An agreement that the text cannot say (rows that contradict each other) stays without.
    """
    added = []
    for row in Agreement.objects.filter(version=None).select_related("network").order_by("id"):
        text = write(agreement_of_rows(row))
        if faults_in(NAME, text):
            continue
        network = Network.objects.select_for_update().get(pk=row.network_id)
        newest = network.agreement_versions.order_by("-number").first()
        number = newest.number + 1 if newest is not None else 1
        row.version = store_version(
            network, text, number, person=None, at=at, follows=newest, is_imported=True
        )
        row.save(update_fields=["version"])
        added.append(row.version)
    return added


def agreement_of_rows(row: Agreement) -> Distribution:
    """Return what the rows of an agreement say."""
    shares: dict[str, dict[str, int]] = defaultdict(dict)
    methods: dict[str, dict[str, str]] = defaultdict(dict)
    for share in row.discipline_shares.order_by("id"):
        if share.ppm:
            shares[share.product][share.discipline] = share.ppm
            methods[share.discipline][share.product] = share.method
    own = {rule.discipline: rule.method for rule in row.member_rules.order_by("id")}
    # What a discipline does for most products is its rule; the others say so themselves.
    usual = {
        discipline: own.get(discipline) or Counter(by_product.values()).most_common(1)[0][0]
        for discipline, by_product in methods.items()
    } | own
    rules = {rule.product: rule for rule in row.product_rules.order_by("id")}
    prices: dict[str, dict[str, int]] = defaultdict(dict)
    for price in row.unit_prices.order_by("id"):
        prices[price.product][price.code] = price.cents
    parties = _parties(row)
    return Distribution(
        title=row.title,
        network=row.network.name,
        valid_from=row.valid_from,
        valid_until=None if row.valid_until == FAR_DATE else row.valid_until,
        parties=parties,
        overhead=Overhead(row.overhead_ppm, row.overhead_cents),
        reserve=Reserve(row.reserve_ppm) if row.reserve_ppm else None,
        surcharges=_surcharges(row),
        products={
            product: ProductRule(
                method=rules[product].method if product in rules else "fixed_share",  # type: ignore[arg-type]
                shares=shares.get(product, {}),
                until=rules[product].until if product in rules else None,
                unit_prices=prices.get(product, {}),
                members={
                    discipline: methods[discipline][product]  # type: ignore[misc]
                    for discipline in shares.get(product, {})
                    if methods[discipline][product] != usual[discipline]
                },
            )
            for product in dict.fromkeys([*shares, *rules])
        },
        disciplines=_disciplines(row, usual),
        suppliers=_suppliers(row, {party.name for party in parties}),
    )


def with_examples(agreement: Distribution) -> Distribution:
    """Return the agreement with an example per product, worked out by the division itself.

    A start for who writes a text: what stands there now is what would happen.
    """
    unnamed = [key for key in terms.PRODUCTS if key not in {ANY_PRODUCT, *agreement.products}]
    stands_for = {key: key for key in agreement.products} | {ANY_PRODUCT: (unnamed or [""])[-1]}
    given = [_usual_product(agreement, stands_for[key]) for key in agreement.products
             if stands_for[key]]  # fmt: skip
    drafts = tuple(Example(_example_name(row), (row,), {}) for row in given)
    results = run_examples(replace(agreement, examples=drafts))
    kinds = {OVERHEAD, RESERVE, *DISCIPLINES}
    examples = tuple(
        replace(
            draft,
            then={
                key: cents
                for key, cents in result.found.items()
                if cents and (key in kinds or agreement.party(key) is not None)
            },
        )
        for draft, result in zip(drafts, results, strict=True)
    )
    return replace(agreement, examples=examples)


def _example_name(row: GivenProduct) -> str:
    return f"Eén product {terms.PRODUCTS[row.product]} van {format_euro(row.cents)}"


def _usual_product(agreement: Distribution, product: str) -> GivenProduct:
    """Return a product for which two parties of each discipline did three acts and one."""
    inside = {row.agb for rule in agreement.disciplines.values() for row in rule.cooperatives}
    acting = [
        party.agb
        for discipline in DISCIPLINES
        for party in [p for p in agreement.parties_of(discipline) if p.agb not in inside][:2]
    ]
    seen: Counter[str] = Counter()
    units = {}
    for agb in acting:
        party = agreement.party(agb)
        assert party is not None
        units[agb] = 1 if seen[party.discipline] else 3
        seen[party.discipline] += 1
    rule = agreement.rule_for(product)
    old = {agb: n * 10_000 for agb, n in units.items()}
    is_old = rule is not None and rule.method == "mono_pro_rata"
    return GivenProduct(product, EXAMPLE_CENTS, performed=units, mono=old if is_old else {})


def _parties(row: Agreement) -> tuple[Party, ...]:
    """Return who takes part in the funding in its days, and who has a share."""
    members = Membership.objects.filter(
        network=row.network, valid_from__lt=row.valid_until, valid_until__gt=row.valid_from
    ).exclude(kind=Membership.Kind.OUTSIDE_FUNDING)
    named = [
        *members.values_list("organisation_id", flat=True),
        *row.member_shares.values_list("organisation_id", flat=True),
        *row.cooperatives.values_list("organisation_id", flat=True),
        *row.cooperative_members.values_list("organisation_id", flat=True),
    ]
    organisations = list(Organisation.objects.filter(pk__in=named).order_by("id"))
    return tuple(
        Party(one.agb, name, one.discipline)
        for one, name in zip(organisations, unlike(organisations), strict=True)
    )


def unlike(organisations: Iterable[Organisation]) -> list[str]:
    """Return names that each mean one organisation within the text."""
    rows = list(organisations)
    count = Counter(row.name.strip() for row in rows)
    return [
        f"{row.name.strip()} ({row.agb})"
        if count[row.name.strip()] > 1 or row.name.strip() in RESERVED
        else row.name.strip()
        for row in rows
    ]


def _surcharges(row: Agreement) -> tuple[Surcharge, ...]:
    if not row.earmarked_ppm:
        return ()
    return (Surcharge(EARMARKED_NAME, "een eigen doel", ppm=row.earmarked_ppm),)


def _disciplines(row: Agreement, methods: dict[str, str]) -> dict[str, MemberRule]:
    shares: dict[str, dict[str, int]] = defaultdict(dict)
    for share in row.member_shares.select_related("organisation").order_by("id"):
        if share.ppm:
            shares[share.organisation.discipline][share.organisation.agb] = share.ppm
    cooperatives: dict[str, list[Cooperative]] = defaultdict(list)
    inside = list(row.cooperative_members.select_related("organisation").order_by("id"))
    for one in row.cooperatives.select_related("organisation").order_by("id"):
        members = [m for m in inside if m.cooperative_id == one.organisation_id]
        cooperatives[one.organisation.discipline].append(
            Cooperative(
                one.organisation.agb,
                tuple(m.organisation.agb for m in members),
                one.method,  # type: ignore[arg-type]
                {m.organisation.agb: m.ppm for m in members if m.ppm},
            )
        )
    return {
        discipline: MemberRule(
            methods.get(discipline, "fixed_share"),  # type: ignore[arg-type]
            shares.get(discipline, {}),
            cooperatives=tuple(cooperatives.get(discipline, ())),
        )
        for discipline in DISCIPLINES
        if discipline in methods or discipline in shares or discipline in cooperatives
    }


def _suppliers(row: Agreement, taken: set[str]) -> tuple[SupplierRule, ...]:
    prices: dict[Organisation, dict[str, int | None]] = defaultdict(dict)
    for price in row.supplier_prices.select_related("organisation").order_by("id"):
        prices[price.organisation][price.code] = price.cents
    return tuple(
        SupplierRule(
            one.agb,
            f"{one.name} ({one.agb})" if one.name in taken else one.name,
            tuple(codes),
            {code: cents for code, cents in codes.items() if cents is not None},
        )
        for one, codes in prices.items()
    )
