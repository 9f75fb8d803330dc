"""Stories of months that are closed: what is divided, what comes later, what never changes."""

from collections import defaultdict
from dataclasses import replace
from datetime import date

import duckdb
import pytest
from django.db import DatabaseError, connection, transaction

from ooievaar.bundles.derive import derive_facts
from ooievaar.kernel.faults import InputRejected
from ooievaar.kernel.period import month_period
from ooievaar.network.models import Insurer
from ooievaar.record.models import Coverage, Withdrawal
from ooievaar.settlement.commands import draft_closing
from ooievaar.settlement.models import ClosedProduct, Closing, Share
from ooievaar.settlement.rules.stages import DERIVED
from ooievaar.settlement.tests.region import Region

pytestmark = pytest.mark.django_db
KRAAMZORG_CENTS = 72_012
"""Three days of four hours at 60.01 euro an hour."""


@pytest.fixture
def region() -> Region:
    return Region()


def products(result) -> dict[str, int]:
    """The cents that a closing divides, by product."""
    rows = ClosedProduct.objects.filter(closing=result.closing).values_list("product", "cents")
    return dict(rows)


def shares(result, product: str) -> dict[str, int]:
    """Who gets what of a product in a closing; overhead and reserve under their kind."""
    found: dict[str, int] = defaultdict(int)
    for share in Share.objects.filter(product__closing=result.closing, product__product=product):
        found[share.organisation.name if share.kind == "partner" else share.kind] += share.cents
    return dict(found)


def stored_rows() -> list[list[tuple]]:
    """Every row that closings wrote."""
    models = (Closing, ClosedProduct, Share)
    return [list(model.objects.order_by("id").values_list()) for model in models]


def test_a_month_divides_the_products_whose_phase_ended_in_it(region):
    region.usual_care()
    assert products(region.close("2025-05")) == {}
    assert products(region.close("2025-06")) == {
        "prenatal": 60_000,
        "natal": 90_001,
        "kraamzorg_hour": KRAAMZORG_CENTS,
    }
    assert products(region.close("2025-07")) == {}
    assert products(region.close("2025-08")) == {"postnatal": 30_000}


def test_every_cent_of_a_product_has_an_owner(region):
    region.usual_care()
    june = region.close("2025-06")
    assert june.proof.holds
    # 3.5 % of 900.01 is 31.50; the rest, 868.51, goes by 55/15/30 %. Of the midwives' 477.68
    # North's two thirds leave 0.35 cent and South's third 0.65: South gets the odd cent.
    assert shares(june, "natal") == {
        "overhead": 3_150,
        "Noord": 31_845,
        "Zuid": 15_923,
        "Gynaecologen": 13_028,
        "Ziekenhuis": 26_055,
    }
    assert sum(shares(june, "natal").values()) == 90_001
    assert shares(june, "kraamzorg_hour") == {"overhead": 2_520, "Kraamthuis": 69_492}


def test_kraamzorg_goes_to_who_performed_it_by_the_minute(region):
    pregnancy = region.usual_care()
    region.care(pregnancy, region.night, "KZ-UUR", date(2025, 6, 25), duration_minutes=360)
    assert shares(region.close("2025-06"), "kraamzorg_hour") == {
        "overhead": 3_781,  # 3.5 % of eighteen hours, 1,080.18
        "Kraamthuis": 69_491,  # twelve of them
        "Nachtzorg": 34_746,
    }


def test_a_late_fact_comes_as_a_difference_in_the_next_closing(region):
    pregnancy = region.usual_care()
    june = region.close("2025-06")
    before = stored_rows()
    region.care(
        pregnancy,
        region.doctors,
        "G-CON",
        date(2025, 4, 10),
        recorded_on=date(2025, 7, 15),
        specialism="0307",
    )
    july = region.close("2025-07")

    (row,) = ClosedProduct.objects.filter(closing=july.closing)
    assert (row.product, row.total_cents, row.cents) == ("prenatal_complex", 101_200, 41_200)
    assert row.is_correction
    assert row.explanation["reason"] == "gynaecologist_acted"
    assert sum(shares(july, "prenatal_complex").values()) == 41_200
    assert july.proof.holds
    for now, then in zip(stored_rows(), before, strict=True):
        assert now[: len(then)] == then
    assert products(june)["prenatal"] == 60_000


def test_the_sum_of_two_closings_is_the_division_of_the_product_as_it_is_now(region):
    pregnancy = region.usual_care()
    june = region.close("2025-06")
    region.care(
        pregnancy,
        region.doctors,
        "G-CON",
        date(2025, 4, 10),
        recorded_on=date(2025, 7, 15),
        specialism="0307",
    )
    july = region.close("2025-07")
    other = Region("IGO die alles meteen wist")
    twin = other.usual_care()
    other.care(twin, other.doctors, "G-CON", date(2025, 4, 10), specialism="0307")
    at_once = shares(other.close("2025-06"), "prenatal_complex")
    first, later = shares(june, "prenatal"), shares(july, "prenatal_complex")
    assert {who: first[who] + later[who] for who in first} == at_once


def test_a_product_that_vanishes_is_taken_back_to_the_cent(region):
    pregnancy = region.usual_care()
    june = region.close("2025-06")
    birth = pregnancy.activities.get(code="V-PAR")
    Withdrawal.objects.create(
        activity=birth, recorded_on=date(2025, 7, 10), reason="dubbel ingevoerd"
    )
    july = region.close("2025-07")
    assert products(july) == {"natal": -90_001}
    assert shares(july, "natal") == {who: -cents for who, cents in shares(june, "natal").items()}
    (row,) = ClosedProduct.objects.filter(closing=july.closing)
    assert (row.total_cents, row.is_correction, row.explanation["vanished"]) == (0, True, True)
    assert july.proof.holds
    assert products(region.close("2025-09")) == {"postnatal": 30_000}


def test_another_insurer_is_charged_and_the_first_is_credited(region):
    pregnancy = region.usual_care()
    region.close("2025-06")
    other = Insurer.objects.create(uzovi="9998", name="Andere verzekeraar")
    dearer = region.contracted(other)
    dearer.tariffs.filter(product="natal").update(cents=90_101)
    Coverage.objects.filter(woman=pregnancy.woman).update(insurer=other)
    july = region.close("2025-07")
    rows = ClosedProduct.objects.filter(closing=july.closing, product="natal")
    assert {row.insurer_id: (row.cents, row.is_correction) for row in rows} == {
        region.insurer.pk: (-90_001, True),
        other.pk: (90_101, True),
    }
    assert july.proof.holds


def test_closing_again_changes_nothing(region):
    region.usual_care()
    first = region.close("2025-06")
    rows = stored_rows()
    again = region.close("2025-06")
    assert first.stored and not again.stored
    assert (again.closing, again.overview, again.proof) == (
        first.closing,
        first.overview,
        first.proof,
    )
    assert stored_rows() == rows


def test_a_closed_month_stays_as_it_is_whatever_is_learned(region):
    pregnancy = region.usual_care()
    region.close("2025-06")
    rows = stored_rows()
    region.care(
        pregnancy,
        region.doctors,
        "G-CON",
        date(2025, 4, 10),
        recorded_on=date(2025, 7, 15),
        specialism="0307",
    )
    assert not region.close("2025-06", known_until=date(2025, 12, 1)).stored
    assert stored_rows() == rows


def test_a_month_that_was_skipped_comes_along_as_new(region):
    region.usual_care()
    region.close("2025-03")
    august = region.close("2025-08")
    rows = ClosedProduct.objects.filter(closing=august.closing)
    assert {row.product for row in rows} == {"prenatal", "natal", "postnatal", "kraamzorg_hour"}
    assert not any(row.is_correction for row in rows)


def test_a_product_that_is_learned_after_its_month_was_closed_is_a_difference(region):
    region.close("2025-06")
    region.usual_care()
    july = region.close("2025-07")
    assert all(row.is_correction for row in ClosedProduct.objects.filter(closing=july.closing))


def test_a_month_before_the_newest_closed_one_is_refused(region):
    region.close("2025-06")
    with pytest.raises(InputRejected) as refused:
        region.close("2025-05")
    assert "een maand na 2025-06" in str(refused.value.faults[0])
    assert Closing.objects.count() == 1


def test_networks_are_closed_each_on_their_own(region):
    region.usual_care()
    other = Region("IGO aan de overkant")
    mine, theirs = region.close("2025-06"), other.close("2025-06")
    assert mine.stored and theirs.stored
    assert products(mine)
    assert products(theirs) == {}


def test_two_that_close_one_month_at_once_store_it_once(region):
    """The second finds, at the moment of storing, what the first stored."""
    region.usual_care()
    inner = []

    def another_is_faster(step: str) -> None:
        if step.endswith("opslaan") and not inner:
            inner.append(region.close("2025-06"))

    outer = region.close("2025-06", report=another_is_faster)
    assert inner[0].stored and not outer.stored
    assert outer.closing == inner[0].closing
    assert ClosedProduct.objects.count() == 3


def test_a_closing_that_was_overtaken_is_computed_again_on_top(region):
    """Were it stored as it was computed, June's products would be divided twice."""
    region.usual_care()
    inner = []

    def another_is_faster(step: str) -> None:
        if step.endswith("opslaan") and not inner:
            inner.append(region.close("2025-06"))

    august = region.close("2025-08", report=another_is_faster)
    assert august.stored and products(august) == {"postnatal": 30_000}


def test_a_closing_that_breaks_off_leaves_nothing(region):
    region.usual_care()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "CREATE TRIGGER power_cut BEFORE INSERT ON settlement_share "
                "WHEN NEW.kind = 'partner' BEGIN SELECT RAISE(ABORT, 'stroom weg'); END"
            )
        else:
            cursor.execute(
                "CREATE FUNCTION power_cut() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'stroom weg'; END $$"
            )
            cursor.execute(
                "CREATE TRIGGER power_cut BEFORE INSERT ON settlement_share FOR EACH ROW "
                "WHEN (NEW.kind = 'partner') EXECUTE FUNCTION power_cut()"
            )
    with pytest.raises(Exception, match="stroom weg"):
        region.close("2025-06")
    assert stored_rows() == [[], [], []]
    with connection.cursor() as cursor:
        table = "" if connection.vendor == "sqlite" else " ON settlement_share"
        cursor.execute(f"DROP TRIGGER power_cut{table}")
    assert region.close("2025-06").stored


@pytest.mark.parametrize("model", [Closing, ClosedProduct, Share])
def test_the_database_refuses_to_change_or_remove_what_was_closed(region, model):
    region.usual_care()
    region.close("2025-06")
    rows = stored_rows()
    field = {Closing: "month", ClosedProduct: "cents", Share: "cents"}[model]
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        model.objects.update(**{field: 0})
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        model.objects.all()._raw_delete("default")
    assert stored_rows() == rows


@pytest.mark.parametrize(
    ("damaged", "remainders"),
    [
        (
            "FROM dispositions ORDER BY activity_id OFFSET 1",
            {"dispositions": 1, "placed_once": 1},
        ),
        (
            "FROM dispositions UNION ALL (FROM dispositions ORDER BY activity_id LIMIT 1)",
            {"dispositions": -1},
        ),
    ],
)
def test_a_derivation_that_loses_an_activity_does_not_pass(region, damaged, remainders):
    region.usual_care()
    june = month_period("2025-06")
    derived = derive_facts(region.network, until=june.until, known_until=june.until)
    tables = {name: derived.connection.sql(f"FROM {name}").to_arrow_table() for name in DERIVED}
    tables["dispositions"] = derived.connection.sql(damaged).to_arrow_table()
    connection = duckdb.connect()
    for name, rows in tables.items():
        connection.register(name, rows)
    proof = draft_closing(region.network, june, None, replace(derived, connection=connection)).proof
    assert {b.name: b.remainder for b in proof.balances if b.remainder} == remainders


def test_an_agreement_that_ended_leaves_the_money_in_the_reserve(region):
    region.usual_care()
    region.agreement.valid_until = date(2025, 2, 1)
    region.agreement.save()
    june = region.close("2025-06")
    # The prenatal phase began on 6 January, under the agreement; the others after it.
    assert shares(june, "prenatal")["overhead"] == 2_100
    assert shares(june, "natal") == {"reserve": 90_001}
    assert june.overview.reserve_cents == 90_001 + KRAAMZORG_CENTS
