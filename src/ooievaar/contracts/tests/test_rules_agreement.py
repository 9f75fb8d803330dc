"""What an agreement says against itself, case by case, and what others may not see of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from ooievaar.contracts.agreements.examples import run_examples
from ooievaar.contracts.agreements.words import outcome_words
from ooievaar.contracts.rules.agreement import (
    Advances,
    Cooperative,
    Distribution,
    Example,
    GivenProduct,
    Guarantee,
    MemberRule,
    Overhead,
    Party,
    Place,
    ProductRule,
    Reserve,
    SafetyNet,
    SupplierRule,
    Surcharge,
    as_shown_to,
    findings,
)
from ooievaar.kernel.money import PPM

START, HALFWAY, END = date(2026, 1, 1), date(2026, 7, 1), date(2027, 1, 1)
NORTH, SOUTH, UNION, WARD, HOME = "08000001", "08000002", "08000009", "06000001", "41000001"
PARTIES = (
    Party(HOME, "Thuis", "kraamzorg"),
    Party(NORTH, "Noord", "midwives"),
    Party(SOUTH, "Zuid", "midwives"),
    Party(UNION, "Samen", "midwives"),
    Party(WARD, "Zaal", "hospital"),
)
SHARED = {"midwives": 600_000, "hospital": 400_000}
INSIDE = Cooperative(UNION, (SOUTH,), "fixed_share", {SOUTH: PPM})
MIDWIVES = MemberRule("fixed_share", {NORTH: 500_000, UNION: 500_000}, cooperatives=(INSIDE,))
SOUND = Distribution(
    title="Afspraak",
    network="IGO",
    valid_from=START,
    valid_until=END,
    parties=PARTIES,
    products={"prenatal": ProductRule("fixed_share", SHARED), "natal": ProductRule("performed")},
    disciplines={"midwives": MIDWIVES, "hospital": MemberRule("performed")},
    overhead=Overhead(ppm=30_000),
    reserve=Reserve(20_000),
    surcharges=(Surcharge("Scholing", "leren", ppm=10_000),),
    suppliers=(SupplierRule("06000009", "Lab", ("037610",)),),
    guarantee=Guarantee({2026: 950_000, 2027: 900_000}, "mono_of_year", 2025),
    safety_nets=(SafetyNet("9910", 20_000, 500_000),),
    advances=Advances(800_000, lender=WARD),
    examples=(Example("Een", (GivenProduct("prenatal", 1),), {NORTH: 1, SOUTH: 2, WARD: 3}),),
)


def places(**changes: Any) -> list[Place]:
    return [finding.place for finding in findings(replace(SOUND, **changes))]


def of_product(**changes: Any) -> list[Place]:
    rule = replace(SOUND.products["prenatal"], **changes)
    return [place[2:] for place in places(products={"prenatal": rule})]


def of_midwives(**changes: Any) -> list[Place]:
    rule = replace(MIDWIVES, **changes)
    found = places(disciplines={**SOUND.disciplines, "midwives": rule})
    assert all(place[:2] == ("disciplines", "midwives") for place in found)
    return [place[2:] for place in found]


def test_what_fits_says_nothing_against_itself() -> None:
    assert places() == []
    plain = Distribution("A", "I", START, PARTIES, SOUND.products, SOUND.disciplines)
    assert list(findings(plain)) == []
    assert (plain.overhead.ppm, plain.overhead.cents_per_month) == (0, 0)
    assert (plain.rule_for("prenatal"), plain.rule_for("postnatal")) == (
        SOUND.products["prenatal"],
        None,
    )


def test_what_is_not_said_is_nothing_whole_or_open() -> None:
    assert (Surcharge("a", "b").cents, Surcharge("a", "b").ppm) == (0, 0)
    assert Guarantee({}, "mono_of_year").cap_ppm == PPM
    assert Guarantee({}, "mono_of_year").financed_by == ("safety_net", "reserve", "gainers")
    assert Reserve(1).release == "members_decide"
    assert (Advances(1).lender, Advances(1).stop_when_leaving) == ("igo", True)
    assert not MemberRule("performed").is_secret
    assert not Cooperative("1", (), "performed").is_secret
    plain = Distribution("A", "I", START, PARTIES, {}, {})
    assert (plain.rounding, plain.pays_when) == ("largest_remainder", "")


def test_parties_stand_by_discipline_and_are_found() -> None:
    assert [party.agb for party in SOUND.parties] == [NORTH, SOUTH, UNION, WARD, HOME]
    assert SOUND.party(WARD) == PARTIES[4]
    assert SOUND.party("0") is None
    assert [party.agb for party in SOUND.parties_of("midwives")] == [NORTH, SOUTH, UNION]
    every = ("midwives", "gynaecologists", "hospital", "kraamzorg", "ultrasound", "other")
    parties = tuple(Party(str(n), name, name) for n, name in enumerate(every))
    ordered = Distribution("A", "I", START, parties[::-1], {}, {})
    assert ordered.parties == parties


def test_a_product_that_is_not_named_is_any_other() -> None:
    rule, other = ProductRule("performed"), ProductRule("mono_pro_rata")
    some = replace(SOUND, products={"natal": rule, "*": other})
    assert (some.rule_for("natal"), some.rule_for("prenatal")) == (rule, other)


@pytest.mark.parametrize(
    ("until", "is_found"), [(None, False), (date(2026, 1, 2), False), (START, True)]
)
def test_it_ends_after_it_began(until: date | None, is_found: bool) -> None:
    examples = replace(SOUND, valid_until=until, examples=())
    assert (("valid_until",) in [one.place for one in findings(examples)]) is is_found


def test_all_that_is_taken_first_is_no_more_than_all() -> None:
    whole = dict(overhead=Overhead(500_000), reserve=Reserve(300_000))
    exactly = (Surcharge("a", "x", ppm=100_000), Surcharge("b", "x", ppm=100_000))
    assert places(**whole, surcharges=exactly) == []
    more = (*exactly, Surcharge("c", "x", ppm=1))
    assert places(**whole, surcharges=more) == [("overhead",)]
    assert places(overhead=Overhead(PPM), reserve=None, surcharges=()) == []
    assert places(overhead=Overhead(PPM), reserve=Reserve(1), surcharges=()) == [("overhead",)]
    [finding] = findings(replace(SOUND, overhead=Overhead(1_003_500), reserve=None, surcharges=()))
    assert finding.found == "100,35 %"


def test_an_agb_code_stands_once() -> None:
    twice = (*PARTIES, Party(WARD, "Nog een zaal", "hospital"))
    assert places(parties=twice) == [("parties", "hospital", WARD)] * 2


def test_who_lends_is_the_igo_or_a_party() -> None:
    assert places(advances=Advances(1)) == []
    assert places(advances=None) == []
    assert places(advances=Advances(1, lender="06999999")) == [("advances", "lender")]


@pytest.mark.parametrize("key", ["surcharges", "suppliers", "safety_nets", "examples"])
def test_a_name_stands_once(key: str) -> None:
    rows = getattr(SOUND, key)
    assert places(**{key: (*rows, *rows)}) == [(key, 1)]


def test_a_supplier_is_no_party() -> None:
    own = SupplierRule(WARD, "Zaal", ("1",))
    assert places(suppliers=(*SOUND.suppliers, own)) == [("suppliers", 1, "agb")]
    assert places(safety_nets=(SafetyNet(WARD, 1, 1),)) == []


@pytest.mark.parametrize(
    ("day", "fits"),
    [(None, True), (START, True), (date(2025, 12, 31), False), (date(2026, 12, 31), True),
     (END, False)],
)  # fmt: skip
def test_an_example_falls_within_the_agreement(day: date | None, fits: bool) -> None:
    given = (GivenProduct("natal", 1), GivenProduct("prenatal", 1, starts_on=day))
    examples = (Example("Een", (), {}), Example("Twee", given, {}))
    wrong = [("examples", 1, "given", 1, "starts_on")]
    assert places(examples=examples) == ([] if fits else wrong)


def test_an_example_of_an_agreement_without_end_may_fall_on_any_later_day() -> None:
    far = Example("Een", (GivenProduct("natal", 1, starts_on=date(2080, 1, 1)),), {})
    assert places(examples=(far,), valid_until=None) == []


# products


def test_shares_of_a_product_are_a_whole() -> None:
    assert of_product(shares={"midwives": 600_000, "hospital": 399_999}) == [("shares",)]
    assert of_product(shares={}) == [("shares",)]
    [finding] = findings(
        replace(SOUND, products={"natal": ProductRule("fixed_share", {"midwives": 999_900})})
    )
    assert finding.found == "samen 99,99 %"
    [finding] = findings(replace(SOUND, products={"natal": ProductRule("fixed_share")}))
    assert finding.found == "geen aandelen"


def test_what_is_performed_has_no_shares() -> None:
    assert of_product(method="performed") == [("shares",)]
    assert of_product(method="performed", shares={}) == []


def test_a_share_is_of_a_discipline_with_parties_that_divides_its_own() -> None:
    none = {"midwives": 600_000, "gynaecologists": 400_000}
    assert of_product(shares=none) == [("shares", "gynaecologists")]
    undivided = {"midwives": 600_000, "kraamzorg": 400_000}
    assert of_product(shares=undivided) == [("shares", "kraamzorg")]


def test_another_way_within_a_product_is_of_a_discipline_that_shares_in_it() -> None:
    assert of_product(members={"midwives": "fixed_share"}) == []
    assert of_product(members={"hospital": "by_clients"}) == []
    assert of_product(members={"hospital": "fixed_share"}) == [("members", "hospital")]
    assert of_product(members={"kraamzorg": "performed"}) == [("members", "kraamzorg")]
    shares = {"midwives": 600_000, "kraamzorg": 400_000}
    assert of_product(shares=shares, members={"kraamzorg": "fixed_share"}) == [
        ("shares", "kraamzorg")
    ], "who has no rule of its own is told so once"


def test_internal_prices_are_for_what_is_performed() -> None:
    assert of_product(unit_prices={"V-PAR": 1}) == [("unit_prices",)]
    assert of_product(method="performed", shares={}, unit_prices={"V-PAR": 1}) == []


def test_the_old_way_ends_on_a_day_and_leaves_shares() -> None:
    old = dict(method="mono_pro_rata")
    assert of_product(until=HALFWAY) == [("until",)], "only the old way ends"
    assert of_product(**old) == [("until",)]
    assert of_product(**old, until=START) == [("until",)]
    assert of_product(**old, until=date(2026, 1, 2)) == []
    assert of_product(**old, until=HALFWAY) == []
    assert of_product(**old, until=HALFWAY, shares={}) == [("shares",)]
    assert of_product(**old, until=END, shares={}) == []
    assert of_product(**old, until=date(2026, 12, 31), shares={}) == [("shares",)]
    assert of_product(**old, until=HALFWAY, shares={"midwives": 1}) == [("shares",)]
    endless = ProductRule("mono_pro_rata", until=END)
    assert places(valid_until=None, products={"natal": endless}) == [
        ("products", "natal", "shares")
    ]


# members


def test_a_discipline_divides_over_its_own_parties() -> None:
    assert of_midwives(shares={NORTH: 500_000, UNION: 400_000}) == [("shares",)]
    assert of_midwives(shares={}) == [("shares",)], "fixed, and nobody has one"
    assert of_midwives(method="performed", shares={}) == []
    assert of_midwives(method="performed", shares={NORTH: 1}) == [("shares",)]
    strange = {NORTH: 400_000, UNION: 500_000, WARD: 100_000}
    assert of_midwives(shares=strange) == [("shares", WARD)]
    empty = {**SOUND.disciplines, "ultrasound": MemberRule("performed")}
    assert places(disciplines=empty) == [("disciplines", "ultrasound")]


def cooperative(**changes: Any) -> list[Place]:
    return of_midwives(cooperatives=(replace(INSIDE, **changes),))


def test_a_cooperative_is_a_party_that_divides_over_other_parties() -> None:
    assert cooperative(agb=WARD) == [("cooperatives", 0, "agb")]
    assert cooperative(shares={SOUTH: 1}) == [("cooperatives", 0, "shares")]
    assert cooperative(shares={}) == [("cooperatives", 0, "shares")]
    assert cooperative(method="performed", shares={}) == []
    assert cooperative(method="performed", shares={SOUTH: 1}) == [("cooperatives", 0, "shares")]
    assert cooperative(members=(SOUTH, WARD)) == [("cooperatives", 0, "members")]
    assert cooperative(members=(SOUTH, UNION)) == [
        ("cooperatives", 0, "members"),
        ("shares", UNION),
    ]
    assert cooperative(members=(SOUTH, NORTH)) == [("shares", NORTH)]
    assert cooperative(shares={SOUTH: 500_000, HOME: 500_000}) == [
        ("cooperatives", 0, "shares", HOME)
    ]


def test_a_partner_is_in_one_cooperative() -> None:
    second = replace(INSIDE, agb=NORTH)
    assert of_midwives(cooperatives=(INSIDE, second)) == [("cooperatives", 1, "members")]


# guarantee


def guarantee(**changes: Any) -> list[Place]:
    return places(guarantee=replace(SOUND.guarantee, **changes))  # type: ignore[type-var]


def test_a_guarantee_names_a_year_when_its_reference_is_one() -> None:
    assert places(guarantee=None) == []
    assert guarantee(reference_year=None) == [("guarantee", "reference_year")]
    assert guarantee(reference="mono_of_this_care") == [("guarantee", "reference_year")]
    assert guarantee(reference="mono_of_this_care", reference_year=None) == []


@pytest.mark.parametrize(
    ("reference", "year", "found"),
    [("mono_of_year", None, "niets"), ("mono_of_this_care", 2025, "2025")],
)
def test_a_reference_that_does_not_fit_is_named(
    reference: Any, year: int | None, found: str
) -> None:
    wrong = replace(SOUND, guarantee=Guarantee({2026: PPM}, reference, year))
    assert [finding.found for finding in findings(wrong)] == [found]


def test_a_guarantee_never_grows() -> None:
    assert guarantee(ppm_by_year={2028: 1, 2026: PPM, 2027: PPM}) == []
    grows = {2028: 910_000, 2026: 950_000, 2027: 900_000}
    assert guarantee(ppm_by_year=grows) == [("guarantee", "ppm_by_year", "2028")]
    assert guarantee(ppm_by_year={2026: 0, 2027: 1}) == [("guarantee", "ppm_by_year", "2027")]


def test_a_source_pays_once() -> None:
    assert guarantee(financed_by=("reserve",)) == []
    assert guarantee(financed_by=()) == []
    assert guarantee(financed_by=("reserve", "reserve")) == [("guarantee", "financed_by")]


# outcomes


def test_what_an_outcome_names_has_a_word_on_the_page() -> None:
    """Of 100 euro: 3 of overhead, and of the 97 left 1 % earmarked and 2 % for the reserve."""
    one = Example("Een", (GivenProduct("prenatal", 10_000),), {})
    [result] = run_examples(replace(SOUND, examples=(one,)))
    taken = {key: result.found[key] for key in ("overhead", "earmarked")}
    assert taken == {"overhead": 300, "earmarked": 97}
    assert result.found.keys() <= outcome_words(SOUND).keys()


# what others see

SECRET = replace(INSIDE, is_secret=True)
Shown = Callable[[str], Distribution]


def shown(rule: MemberRule, *agbs: str) -> tuple[MemberRule, set[str]]:
    """How the midwives' rule is shown to these, and whose cents stand in the example."""
    agreement = replace(SOUND, disciplines={**SOUND.disciplines, "midwives": rule})
    seen = as_shown_to(agreement, frozenset(agbs))
    assert seen.disciplines["hospital"] == SOUND.disciplines["hospital"]
    assert (seen.title, seen.products) == (SOUND.title, SOUND.products)
    return seen.disciplines["midwives"], set(seen.examples[0].then)


def test_an_open_rule_is_shown_to_everybody() -> None:
    assert shown(MIDWIVES) == (MIDWIVES, {NORTH, SOUTH, WARD})


def test_a_secret_rule_is_shown_to_its_own_only() -> None:
    secret = replace(MIDWIVES, is_secret=True)
    assert shown(secret, NORTH) == (secret, {NORTH, SOUTH, WARD})
    assert shown(secret, WARD) == (MemberRule("fixed_share", is_secret=True), {WARD})
    assert shown(secret)[1] == {WARD}


def test_a_secret_cooperative_hides_its_shares_and_the_cents_of_its_members() -> None:
    rule = replace(MIDWIVES, cooperatives=(SECRET,))
    hidden = replace(rule, cooperatives=(replace(SECRET, shares={}),))
    assert shown(rule, SOUTH) == (rule, {NORTH, SOUTH, WARD})
    assert shown(rule, UNION) == (rule, {NORTH, SOUTH, WARD})
    assert shown(rule, NORTH) == (hidden, {NORTH, WARD})


def test_of_two_cooperatives_only_the_secret_one_is_hidden() -> None:
    open_one = Cooperative(NORTH, (NORTH,), "fixed_share", {NORTH: PPM})
    rule = replace(MIDWIVES, cooperatives=(open_one, SECRET))
    found, cents = shown(rule, WARD)
    assert found.cooperatives == (open_one, replace(SECRET, shares={}))
    assert cents == {NORTH, WARD}


def test_a_secret_cooperative_in_a_secret_rule() -> None:
    rule = replace(MIDWIVES, is_secret=True, cooperatives=(SECRET,))
    assert shown(rule, WARD) == (MemberRule("fixed_share", is_secret=True), {WARD})
    hidden = replace(rule, cooperatives=(replace(SECRET, shares={}),))
    assert shown(rule, NORTH) == (hidden, {NORTH, WARD})
