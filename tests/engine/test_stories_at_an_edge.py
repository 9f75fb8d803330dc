"""Two things on one day, a day too early, a minute too late: edges that few regions come near.

Each was found by a small fault in the rules that no other test noticed (`make mutate`).
"""

from datetime import date

import pytest

from ooievaar.kernel.period import FAR_DATE
from tests.engine.region import (
    CONTRACT,
    FOLLOWER,
    GYNAECOLOGISTS,
    INSURER,
    KRAAMZORG,
    LABORATORY,
    MIDWIFE_POSTNATAL,
    MIDWIFE_PRENATAL,
    NATAL,
    OTHER_CONTRACT,
    OTHER_INSURER,
    OUTSIDE_HOSPITAL,
    OUTSIDE_KRAAMZORG,
    OUTSIDE_PRACTICE,
    POSTNATAL,
    PRACTICE,
    PRENATAL,
    STRANGER,
    TARIFFS,
    ULTRASOUND,
    Engine,
    Region,
    Row,
    Story,
    from_then_on,
    low_risk,
)

START, HALF_JUNE = date(2020, 1, 1), date(2025, 6, 15)


# two breakers on one day: which of them carries the loss


def test_of_entering_and_changing_insurer_on_one_day_entering_carries_the_loss(
    engine: Engine,
) -> None:
    region = Region("parallel_ban", insurer_switch_breaks=True)
    story = region.pregnancy(
        due="2025-06-01", intake="2024-11-01", by=OUTSIDE_PRACTICE, entered="2025-01-01"
    )
    story.did("V-CON", "2025-01-10").born("2025-06-01")
    story.insured(INSURER, until="2025-01-01").insured(OTHER_INSURER, "2025-01-01")
    told = story.derive(engine)

    assert carrying(told.tables["breakers"]) == {
        "entered_mid_phase": True,
        "insurer_changed": False,
    }


def test_of_leaving_and_changing_insurer_on_one_day_leaving_carries_the_loss(
    engine: Engine,
) -> None:
    story = Region("parallel_ban", insurer_switch_breaks=True).pregnancy(
        due="2025-06-01", intake="2024-11-01"
    )
    story.did("V-INT", "2024-11-01").ended("moved_away", "2025-01-01")
    story.insured(INSURER, until="2025-01-01").insured(OTHER_INSURER, "2025-01-01")
    told = story.derive(engine)

    assert carrying(told.tables["breakers"]) == {"left_mid_phase": True, "insurer_changed": False}


def carrying(breakers: list[Row]) -> dict[str, bool]:
    assert len({row["happened_on"] for row in breakers}) == 1
    return {row["kind"]: row["counts_loss"] for row in breakers}


# a contract that begins while she is pregnant


def test_a_contract_that_has_not_begun_yet_breaks_nothing(engine: Engine) -> None:
    region = Region("parallel_ban", contract_from="2025-02-01", clock="2025-01-20")
    before = low_risk(region).derive(engine)

    assert before.breakers == []


def test_a_contract_that_began_costs_the_phase_from_before_it(engine: Engine) -> None:
    region = Region("parallel_ban", contract_from="2025-02-01", clock="2025-02-02")
    after = low_risk(region).derive(engine)

    assert after.breakers == [("prenatal", "phase_before_contract", 1000_00 - MIDWIFE_PRENATAL)]


def test_of_two_contracts_that_begin_in_a_phase_the_first_counts(engine: Engine) -> None:
    region = Region("parallel_ban", contract_from="2025-02-01")
    from_then_on(
        region.facts["terms"],
        date(2025, 3, 1),
        {"contract_id": OTHER_CONTRACT, "regime": "none"},
        insurer_id=INSURER,
    )
    told = low_risk(region).derive(engine)

    [breaker] = told.tables["breakers"]
    assert (breaker["happened_on"], breaker["contract_id"]) == (date(2025, 2, 1), CONTRACT)
    assert breaker["regime"] == "parallel_ban"
    assert breaker["loss_cents"] == 1000_00 - MIDWIFE_PRENATAL


def test_a_contract_costs_who_was_exempt_from_it_nothing(engine: Engine) -> None:
    story = Region("parallel_ban", contract_from="2025-02-01").pregnancy(
        due="2025-06-01", intake="2024-11-01", exempt=True
    )
    told = story.did("V-INT", "2024-11-01").born("2025-06-01").derive(engine)

    assert told.breakers == []


# the same act from two sources


@pytest.mark.parametrize("leaves", ["E-TER", "V-ECT"])
def test_codes_are_the_same_act_as_long_as_the_catalogue_says_so(
    engine: Engine, leaves: str
) -> None:
    region = Region("none")
    from_then_on(region.facts["catalogue"], date(2025, 2, 1), {"equivalent": leaves}, code=leaves)
    story = low_risk(region)
    for on in ("2024-12-10", "2025-02-10"):
        story.did("V-ECT", on, by=ULTRASOUND).did("E-TER", on, by=ULTRASOUND, rank=5)
    told = story.derive(engine)

    assert told.place("E-TER") == ["not_billable: duplicate", "in_product: member"]


# a product that is still open


def test_what_a_supplier_did_stands_in_the_product_that_is_open(engine: Engine) -> None:
    region = Region("none", supplied=("L-HB",), clock="2025-02-15")
    told = low_risk(region).did("L-HB", "2025-02-01", by=LABORATORY).derive(engine)

    assert told.place("L-HB") == ["in_product: open"]
    assert {row["rule"] for row in told.tables["dispositions"]} == {"product"}


# an end without its day


@pytest.mark.parametrize("kind", ["birth", "moved_away"])
def test_an_end_without_a_day_is_no_end_yet(engine: Engine, kind: str) -> None:
    story = Region("none").pregnancy(due="2025-06-01", intake="2024-11-01")
    story.latest["end_kind"] = kind
    told = story.did("V-INT", "2024-11-01").derive(engine)

    assert told.phases == [("prenatal", "2024-11-01", "2025-06-22")]


# the hour of birth


def test_labour_without_an_hour_begins_with_its_day(engine: Engine) -> None:
    story = low_risk(Region("none")).born("2025-06-01", labour="2025-06-01")
    story.did("L-HB", "2025-05-31", at="23:59").did("L-URI", "2025-06-01", at="00:00")
    told = story.derive(engine)

    assert told.phase("L-HB") == ["prenatal"]
    assert told.phase("L-URI") == ["natal"]


def test_a_minute_of_no_day_does_not_end_the_natal_phase(engine: Engine) -> None:
    story = low_risk(Region("none")).born("2025-06-01", labour="2025-06-01 04:00")
    story.latest["placenta_minute"] = 5 * 60
    told = story.did("L-HB", "2025-06-01", at="23:00").derive(engine)

    assert told.phase("L-HB") == ["natal"]


# kraamzorg


def with_hours(story: Story, *days: str, minutes: int = 60) -> Story:
    for on in days:
        story.did("KZ-UUR", on, by=KRAAMZORG, minutes=minutes)
    return story


def test_hours_can_be_claimed_on_the_day_that_their_month_is_over(engine: Engine) -> None:
    region = Region("none", clock="2025-07-01")
    told = with_hours(low_risk(region), "2025-06-05").derive(engine)

    assert told.place("KZ-UUR") == ["in_product: member"]
    assert [row["is_open"] for row in told.tables["products"] if row["rule"] == "kraamzorg"] == [
        False
    ]


@pytest.mark.parametrize("later", [50_00, 70_00])
def test_hours_of_one_month_at_two_prices_are_two_products(engine: Engine, later: int) -> None:
    region, hourly = Region("none"), {"contract_id": CONTRACT, "product": "kraamzorg_hour"}
    from_then_on(region.facts["tariffs"], HALF_JUNE, {"cents": later}, **hourly)
    told = with_hours(low_risk(region), "2025-06-05", "2025-06-06", "2025-06-20").derive(engine)

    assert hours_of(told.tables) == sorted([(INSURER, 60_00, 120), (INSURER, later, 60)])
    numbers = {row["activity_id"]: row["product_no"] for row in told.tables["dispositions"]}
    evidence = [row["evidence"] for row in told.tables["products"] if row["rule"] == "kraamzorg"]
    assert [{numbers[act] for act in acts} for acts in evidence] == [{110}, {111}]


def test_hours_of_one_month_are_numbered_by_insurer_before_price(engine: Engine) -> None:
    region = Region("none")
    from_then_on(
        region.facts["tariffs"],
        HALF_JUNE,
        {"cents": 50_00},
        contract_id=OTHER_CONTRACT,
        product="kraamzorg_hour",
    )
    story = with_hours(low_risk(region), "2025-06-05", "2025-06-20")
    story.insured(INSURER, until="2025-06-15").insured(OTHER_INSURER, "2025-06-15")
    told = story.derive(engine)

    assert hours_of(told.tables) == [(INSURER, 60_00, 60), (OTHER_INSURER, 50_00, 60)]


def test_hours_under_two_contracts_at_one_price_are_rounded_by_the_first(engine: Engine) -> None:
    """Forty minutes are three quarters under the first; under the second half an hour."""
    region, hourly = Region("none"), {"product": "kraamzorg_hour"}
    second = {"contract_id": OTHER_CONTRACT, "kraamzorg_unit_minutes": 30}
    from_then_on(region.facts["terms"], HALF_JUNE, second, insurer_id=INSURER)
    same_price = {"cents": TARIFFS["kraamzorg_hour"]}
    from_then_on(region.facts["tariffs"], START, same_price, contract_id=OTHER_CONTRACT, **hourly)
    told = with_hours(low_risk(region), "2025-06-05", "2025-06-20", minutes=20).derive(engine)

    [product] = [row for row in told.tables["products"] if row["rule"] == "kraamzorg"]
    assert (product["contract_id"], product["units"], product["cents"]) == (CONTRACT, 3, 45_00)


def hours_of(tables: dict[str, list[Row]]) -> list[tuple[int, int, int]]:
    """List (insurer, price, minutes) in the order of their numbers."""
    made = [row for row in tables["products"] if row["rule"] == "kraamzorg"]
    made.sort(key=lambda row: row["product_no"])
    return [(row["insurer_id"], row["tariff_cents"], row["minutes"]) for row in made]


def test_lost_hours_are_rounded_per_insurer_as_claimed_ones_are(engine: Engine) -> None:
    """Twice seven minutes are no quarter with either insurer; together they would be one."""
    story = with_hours(low_risk(Region("parallel_ban")), "2025-06-05", "2025-06-20", minutes=7)
    story.did("V-PP", "2025-06-03").did("G-KBD", "2025-06-06", by=OUTSIDE_HOSPITAL)
    story.insured(INSURER, until="2025-06-15").insured(FOLLOWER, "2025-06-15")
    told = story.derive(engine)

    fourteen_minutes = 13_84  # the old way pays each minute, at 59,33 an hour
    loss = 500_00 - MIDWIFE_POSTNATAL - fourteen_minutes
    assert told.breakers == [("postnatal", "outside_provider", loss)]


# what a product would have been otherwise


def test_without_the_gynaecologist_nothing_is_on_request_that_only_he_did(engine: Engine) -> None:
    region = Region("none")
    from_then_on(
        region.facts["catalogue"], date(2025, 1, 1), {"complex_counts": True}, code="190036"
    )
    story = low_risk(region).did("V-PAR", "2025-06-01")
    told = story.did("190036", "2025-06-01", by=GYNAECOLOGISTS).derive(engine)

    natal = told.tables["products"][1]
    assert (natal["product"], natal["alternative_product"]) == ("natal_complex", "natal")


def test_an_hour_decides_nothing_whoever_gave_it(engine: Engine) -> None:
    region = Region("none")
    from_then_on(
        region.facts["catalogue"], date(2025, 1, 1), {"complex_counts": True}, code="KZ-UUR"
    )
    story = low_risk(region).did("G-CON", "2025-06-05", by=GYNAECOLOGISTS)
    told = story.did("KZ-UUR", "2025-06-06", by=GYNAECOLOGISTS, minutes=60).derive(engine)

    assert told.evidence("postnatal_complex") == ["G-CON 2025-06-05"]


# values of the old way


def test_an_item_that_nobody_has_a_tariff_of_deducts_nothing(engine: Engine) -> None:
    region = Region("correction")
    region.facts["mono_tariffs"] = [
        row for row in region.facts["mono_tariffs"] if row["item"] != "kraamzorg_partus"
    ]
    story = low_risk(region).did("V-PAR", "2025-06-01")
    story.did("196204", "2025-06-01", by=OUTSIDE_KRAAMZORG).did("V-PP", "2025-06-03")
    told = story.derive(engine)

    assert told.products == [PRENATAL, NATAL, POSTNATAL]
    assert told.breakers == [("natal", "outside_provider", None)]


@pytest.mark.parametrize("organisation", [PRACTICE, ULTRASOUND])
def test_a_price_of_its_own_goes_before_that_of_everybody(
    engine: Engine, organisation: int
) -> None:
    region = Region("none")
    always = {"valid_from": date(2017, 1, 1), "valid_until": FAR_DATE}
    own = {"organisation_id": organisation, "code": "E-STR", "cents": 77_00}
    region.facts["price_list"].append(own | always)
    story = low_risk(region).did("E-STR", "2025-01-20", by=organisation)
    told = story.derive(engine)

    course = MIDWIFE_PRENATAL if organisation == PRACTICE else 0
    assert told.mono("prenatal", organisation) == course + 77_00


def test_a_price_of_what_the_old_way_pays_by_course_is_not_asked(engine: Engine) -> None:
    region = Region("none")
    always = {"valid_from": date(2017, 1, 1), "valid_until": FAR_DATE}
    priced = {"organisation_id": 0, "code": "V-CON", "cents": 77_00}
    region.facts["price_list"].append(priced | always)
    told = low_risk(region).derive(engine)

    assert told.mono("prenatal", PRACTICE) == MIDWIFE_PRENATAL


# whose act it is


@pytest.mark.parametrize(("hint_until", "pregnancy"), [(None, 2), (date(2025, 2, 1), 1)])
def test_the_hint_of_a_code_is_that_of_the_day(
    engine: Engine, hint_until: date | None, pregnancy: int
) -> None:
    """Six weeks after a birth, and days into the next pregnancy: an intake is of the next."""
    region = Region("none")
    if hint_until:
        from_then_on(region.facts["catalogue"], hint_until, {"match_hint": ""}, code="V-INT")
    story = low_risk(region, due="2025-01-10", intake="2024-06-01").born("2025-01-10")
    story.pregnancy(due="2025-11-25", intake="2025-04-01").did("V-INT", "2025-02-20")
    told = story.derive(engine)

    assert told.pregnancy("V-INT")[-1] == pregnancy


def test_her_route_is_that_of_the_phase_that_has_begun(engine: Engine) -> None:
    """On the day of the last facts the birth is still to come."""
    story = low_risk(Region("none", clock="2025-06-01"))
    story.insured(INSURER, until="2025-05-01").insured(STRANGER, "2025-05-01")
    told = story.derive(engine)

    assert told.routes == ["integral: contract"]


def test_how_many_others_are_pregnant_does_not_matter(engine: Engine) -> None:
    """Within one pregnancy goes before the window of the next, also with a thousand between."""
    region = Region("none")
    story = low_risk(region, due="2025-03-01", intake="2024-08-01").born("2025-03-01")
    others = [
        story.latest | {"pregnancy_id": number, "woman_id": number}
        for number in range(1_000, 2_100)
    ]
    for other in others:
        other["first_intake_on"] = date(2024, 12, 1)
    story.pregnancy(due="2025-11-25", intake="2025-04-01").did("V-INT", "2025-02-20")
    story.facts["pregnancies"] += others
    told = story.derive(engine)

    assert told.pregnancy("V-INT")[-1] == 1
