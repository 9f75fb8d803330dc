"""The sum of a line in words, for every way in which an agreement divides."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation

from ooievaar.network.models import Network, Organisation
from ooievaar.settlement.models import ClosedProduct, Closing, Share
from ooievaar.settlement.statements.lines import Line, TakenFirst
from ooievaar.web.our_money.sums import Step, steps_of

OVERHEAD = TakenFirst("overhead", "overhead", 2_437, 30_000)
PLAIN = {"agreement_id": 1, "discipline_ppm": 600_000, "parent_cents": 47_282}


@pytest.fixture(autouse=True)
def dutch() -> Iterator[None]:
    with translation.override("nl"):
        yield


def line(
    *taken: TakenFirst, product: str = "prenatal", kind: str = "partner", **known: Any
) -> Line:
    """Return a line of € 812,40 as a closing stores it; nothing is in the database."""
    reason = known.pop("reason", "fixed_share")
    cents = known.pop("cents", 13_635)
    closed = ClosedProduct(
        closing=Closing(network=Network(name="IGO"), month="2026-10"),
        product=product, phase=1, total_cents=81_240, cents=81_240,
    )  # fmt: skip
    share = Share(
        product=closed, kind=kind, discipline="midwives", cents=cents, reason=reason,
        organisation=Organisation(pk=1, name="Het Nest"),
        parameters={"total_cents": cents, **(known or {"parent_cents": None})},
    )  # fmt: skip
    return Line(
        share=share, product_no=None, is_treated=True, question_id=None, agreement=None,
        before_cents=None, changed=None, all_cents=cents, taken_first=taken, claimed=(),
        held_cents=0, borne_cents=0, covered_cents=0, paid_out=(),
    )  # fmt: skip


def said(steps: list[Step]) -> list[tuple[str, int]]:
    return [(step.words.replace("\xa0", " "), step.cents) for step in steps]


def test_by_minutes_within_a_fixed_share() -> None:
    shared = line(
        OVERHEAD, product="kraamzorg_hour", reason="performed", **PLAIN, weight=1_240,
        weight_total=4_300,
    )  # fmt: skip
    assert said(steps_of(shared, None))[1:] == [
        ("3 % naar de organisatie", -2_437),
        ("dat blijft voor de disciplines", 78_803),
        ("daarvan 60 % voor verloskundigen, een vast aandeel", 47_282),
        ("daarvan voor Het Nest, verdeeld naar uren: 20:40 van 71:40", 13_635),
    ]


def test_everything_that_can_go_off_first_in_its_order() -> None:
    taken = (
        TakenFirst("supplier", "invoice", 4_000, None),
        TakenFirst("overhead", "monthly_overhead", 1_250, None),
        TakenFirst("surcharge", "earmarked", 800, 10_000),
        TakenFirst("reserve", "agreed_reserve", 790, 10_000),
    )
    shared = line(*taken, **PLAIN, weight=1, weight_total=1)
    steps = said(steps_of(shared, None))
    assert [words for words, _ in steps[1:5]] == [
        "op factuur, voor zorg die van buiten werd ingekocht",
        "deel van de vaste organisatiekosten van de maand",
        "1 % naar een toeslag met een eigen doel",
        "1 % naar de reserve",
    ]
    assert steps[5] == ("dat blijft voor de disciplines", 81_240 - 6_840)
    assert steps[-1][0] == "daarvan voor Het Nest, enige rechthebbende van de discipline"


def test_as_the_old_system_over_the_disciplines_and_by_clients_within() -> None:
    shared = line(
        **PLAIN, reason="by_clients", weight=1, weight_total=2, product_method="mono_pro_rata",
        rest_cents=81_240, discipline_weight=52_952, discipline_weight_total=79_428,
    )  # fmt: skip
    assert said(steps_of(shared, None))[1:] == [
        (
            "daarvan 60 % voor verloskundigen, zoals de oude bekostiging: € 529,52 van € 794,28",
            47_282,
        ),
        ("daarvan voor Het Nest, verdeeld naar cliënten: 1 van 2 die haar hielpen", 13_635),
    ]


def test_a_cooperative_has_a_step_of_its_own() -> None:
    """Its members read what it divided, and by which part."""
    shared = line(
        **{**PLAIN, "parent_cents": 18_913}, weight=250_000, weight_total=1_000_000,
        cooperative_id=9, discipline_cents=47_282, cooperative_weight=400_000,
        cooperative_weight_total=1_000_000,
    )  # fmt: skip
    assert said(steps_of(shared, None))[1:] == [
        ("daarvan 60 % voor verloskundigen, een vast aandeel", 47_282),
        ("daarvan voor onze coöperatie, vast aandeel 40 % van de discipline", 18_913),
        ("daarvan voor Het Nest, vast aandeel 25 % binnen de coöperatie", 13_635),
    ]


def test_an_invoice_is_no_part_and_what_fell_away_has_no_sum() -> None:
    supplied = line(OVERHEAD, kind="supplier", reason="invoice", **PLAIN)
    assert said(steps_of(supplied, None)) == [("op factuur, vóór de verdeling", 13_635)]
    assert steps_of(line(cents=-13_635), None) == []
