"""Which sentences of an agreement stand beside a line, and which a party may not read."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.utils import translation

from ooievaar.contracts.rules.agreement import (
    Cooperative,
    Distribution,
    MemberRule,
    Overhead,
    Party,
    ProductRule,
)
from ooievaar.network.models import Organisation
from ooievaar.settlement.models import ClosedProduct, Share
from ooievaar.settlement.statements.fragments import fragment_of
from ooievaar.settlement.statements.lines import Line, Under

STAP, ZUID, NEST, WIEG, WARD = "08000001", "08000002", "08000003", "08000004", "06000001"
AGREEMENT = Distribution(
    title="Verdeelafspraak",
    network="IGO",
    valid_from=date(2026, 1, 1),
    parties=(
        Party(STAP, "De Eerste Stap", "midwives"),
        Party(ZUID, "Coöperatie Zuid", "midwives"),
        Party(NEST, "Het Nest", "midwives"),
        Party(WIEG, "De Wieg", "midwives"),
        Party(WARD, "Het Ziekenhuis", "hospital"),
    ),
    overhead=Overhead(ppm=30_000),
    products={
        "prenatal": ProductRule("fixed_share", {"midwives": 600_000, "hospital": 400_000}),
        "*": ProductRule("fixed_share", {"midwives": 500_000, "hospital": 500_000}),
    },
    disciplines={
        "midwives": MemberRule(
            "fixed_share",
            {STAP: 600_000, ZUID: 400_000},
            cooperatives=(
                Cooperative(
                    ZUID,
                    (NEST, WIEG),
                    "fixed_share",
                    {NEST: 750_000, WIEG: 250_000},
                    is_secret=True,
                ),
            ),
        ),
        "hospital": MemberRule("fixed_share", {WARD: 1_000_000}, is_secret=True),
    },
)


@pytest.fixture(autouse=True)
def dutch() -> Iterator[None]:
    with translation.override("nl"):
        yield


def fragment(agb: str, product: str = "prenatal", discipline: str = "midwives") -> str:
    share = Share(
        product=ClosedProduct(product=product),
        organisation=Organisation(agb=agb, name="Wij"),
        discipline=discipline,
    )
    under = Under("Verdeelafspraak", AGREEMENT.valid_from, 1, AGREEMENT)
    line = Line(
        share=share, product_no=None, is_treated=True, question_id=None, agreement=under,
        before_cents=None, changed=None, all_cents=0, taken_first=(), claimed=(), held_cents=0,
        borne_cents=0, covered_cents=0, paid_out=(),
    )  # fmt: skip
    return " ".join(str(said) for said in fragment_of(line))


def test_only_what_the_line_follows() -> None:
    said = fragment(STAP)
    for words in ("organisatie zelf 3 %", "verloskundigen 60 %", "De Eerste Stap 60 %"):
        assert words in said
    for words in ("ziekenhuis", "elk ander product", "Zuid", "Het Nest", "De Wieg"):
        assert words not in said


def test_a_product_that_is_not_named_follows_the_rest() -> None:
    said = fragment(STAP, "postnatal")
    assert "elk ander product" in said and "verloskundigen 50 %" in said and "60 %" in said


def test_members_of_a_cooperative_read_its_secret_rule_and_their_own_part() -> None:
    said = fragment(NEST)
    assert "Coöperatie Zuid 40 %" in said and "Het Nest 75 %" in said
    assert "De Wieg 25 %" not in said and "De Eerste Stap" not in said


def test_a_secret_rule_is_read_by_its_own_discipline() -> None:
    assert "vast aandeel" in fragment(WARD, discipline="hospital")
    assert "Binnen verloskundigen" not in fragment(WARD, discipline="hospital")
