"""Whole pregnancies, as a controller would check them, told to both engines.

Tariffs and prices are those of `region.py`; old-way values are the public ones of the rule book.
"""

from datetime import date, timedelta

import pytest

from tests.engine.region import (
    FOLLOWER,
    GYNAECOLOGISTS,
    HOSPITAL,
    INSURER,
    KRAAMZORG,
    LABORATORY,
    MIDWIFE_NATAL,
    MIDWIFE_POSTNATAL,
    MIDWIFE_PRENATAL,
    NATAL,
    OTHER_INSURER,
    OUTSIDE_PRACTICE,
    POSTNATAL,
    PRACTICE,
    PRENATAL,
    SECOND_PRACTICE,
    STRANGER,
    ULTRASOUND,
    Engine,
    Region,
    low_risk,
)


def test_low_risk_home_birth(engine: Engine) -> None:
    story = low_risk(Region("none")).born(
        "2025-06-01", labour="2025-06-01 02:00", placenta="2025-06-01 08:00"
    )
    story.did("E-STR", "2025-01-20", by=ULTRASOUND).did("L-HB", "2025-02-01", by=HOSPITAL)
    story.did("V-PAR", "2025-06-01", at="03:00")
    story.did("196204", "2025-06-01", by=KRAAMZORG)
    story.did("KZ-PUUR", "2025-06-01", by=KRAAMZORG, minutes=240)
    story.did("KZ-UUR", "2025-06-02", by=KRAAMZORG, minutes=300)
    story.did("KZ-UUR", "2025-06-03", by=KRAAMZORG, minutes=187)
    story.did("V-PP", "2025-06-04").did("V-ZES", "2025-07-10")
    told = story.derive(engine)

    assert told.phases == [
        ("prenatal", "2024-11-01", "2025-06-01"),
        ("natal", "2025-06-01", "2025-06-02"),
        ("postnatal", "2025-06-02", "2025-07-14"),
    ]
    eight_hours = ("kraamzorg_hour", 480_00)  # 487 minutes are 32 quarters
    assert told.products == [PRENATAL, NATAL, POSTNATAL, eight_hours]
    assert told.places == {"in_product: member": 11}
    assert told.breakers == []
    assert told.routes == ["integral: contract"]
    assert told.mono("prenatal", PRACTICE) == MIDWIFE_PRENATAL
    assert told.mono("natal", PRACTICE) == MIDWIFE_NATAL
    assert told.mono("postnatal", PRACTICE) == MIDWIFE_POSTNATAL
    assert told.mono("natal", KRAAMZORG) == 69_55 + 4 * 59_33
    assert told.mono("postnatal", KRAAMZORG) == 481_56  # 487 minutes at 59,33 an hour


def test_referral_at_32_weeks_makes_the_prenatal_phase_complex(engine: Engine) -> None:
    story = low_risk(Region("none")).born("2025-05-28")
    story.did("V-VER", "2025-04-06").did("G-CON", "2025-04-07", by=GYNAECOLOGISTS)
    story.did("G-ECH", "2025-04-07", by=GYNAECOLOGISTS)
    story.did("037651", "2025-05-28", by=GYNAECOLOGISTS).did("G-KVM", "2025-05-28", by=HOSPITAL)
    story.did("V-PP", "2025-05-30")
    told = story.derive(engine)

    assert told.products == [("prenatal_complex", 1400_00), ("natal_complex", 2500_00), POSTNATAL]
    assert told.evidence("prenatal_complex") == ["G-CON 2025-04-07"]
    assert told.evidence("natal_complex") == ["037651 2025-05-28"]
    assert told.evidence("postnatal") == ["V-PP 2025-05-30"]
    assert told.tables["products"][0]["alternative_product"] == "prenatal"
    assert told.tables["products"][0]["alternative_cents"] == 1000_00
    assert told.mono("prenatal", PRACTICE) == 559_62  # referred after 29 weeks


def test_laboratory_ultrasound_paediatrics_and_mdo_do_not_make_a_phase_complex(
    engine: Engine,
) -> None:
    story = low_risk(Region("none"))
    story.did("L-HB", "2025-02-01", by=GYNAECOLOGISTS).did("G-ECH", "2025-02-01", by=GYNAECOLOGISTS)
    story.did("G-MDO", "2025-02-01", by=GYNAECOLOGISTS)
    story.did("K-CON", "2025-02-02", by=HOSPITAL, specialism="0316")
    told = story.derive(engine)

    assert told.products == [PRENATAL]
    assert told.evidence("prenatal") == ["V-INT 2024-11-01"]


def test_transfer_in_labour(engine: Engine) -> None:
    story = low_risk(Region("none")).born(
        "2025-06-02", labour="2025-06-01 20:00", placenta="2025-06-02 03:00"
    )
    story.did("V-CON", "2025-06-01", at="19:59").did("V-PAR", "2025-06-01", at="20:30")
    story.did("V-VER", "2025-06-02", at="00:10")
    story.did("037751", "2025-06-02", by=GYNAECOLOGISTS, at="02:30")
    story.did("L-HB", "2025-06-02", by=HOSPITAL, at="04:59")
    story.did("L-URI", "2025-06-02", by=HOSPITAL, at="05:00")
    told = story.derive(engine)

    assert told.phase("V-CON") == ["prenatal", "prenatal"]
    assert told.phase("V-VER") == ["natal"]
    assert told.phase("L-HB") == ["natal"]  # until two hours after the placenta
    assert told.phase("L-URI") == ["postnatal"]
    assert told.products == [PRENATAL, ("natal_complex", 2500_00), POSTNATAL]
    assert told.mono("natal", PRACTICE) == MIDWIFE_NATAL
    assert told.mono("prenatal", PRACTICE) == MIDWIFE_PRENATAL


def test_twins_make_one_natal_product(engine: Engine) -> None:
    story = low_risk(Region("none"))
    story.did("037653", "2025-06-01", by=GYNAECOLOGISTS, child=1)
    story.did("037653", "2025-06-01", by=GYNAECOLOGISTS, child=2, rank=5)
    told = story.derive(engine)

    assert told.products == [PRENATAL, ("natal_complex", 2500_00)]
    assert told.place("037653") == ["in_product: member", "in_product: member"]


def test_kraamzorg_over_new_year_has_the_insurer_and_price_of_each_day(engine: Engine) -> None:
    story = Region("none").pregnancy(due="2024-12-28", intake="2024-06-01").born("2024-12-28")
    story.insured(INSURER, until="2025-01-01").insured(OTHER_INSURER, "2025-01-01")
    story.did("KZ-UUR", "2024-12-30", by=KRAAMZORG, minutes=120)
    story.did("KZ-UUR", "2025-01-02", by=KRAAMZORG, minutes=120)
    told = story.derive(engine)

    assert told.products == [("kraamzorg_hour", 120_00), ("kraamzorg_hour", 140_00)]
    assert [row["claimable_on"] for row in told.tables["products"]] == [
        date(2025, 1, 1),
        date(2025, 2, 1),
    ]


@pytest.mark.parametrize(
    ("year", "gestation_days", "products"),
    [
        (2022, 63, [("early_end", 300_00)]),
        (2022, 111, [("early_end", 300_00)]),
        (2022, 112, [PRENATAL, NATAL, POSTNATAL]),
        (2023, 63, [PRENATAL]),
        (2023, 111, [PRENATAL]),
        (2023, 112, [PRENATAL, NATAL, POSTNATAL]),
    ],
)
def test_miscarriage_by_week_and_year(
    engine: Engine, year: int, gestation_days: int, products: list[tuple[str, int]]
) -> None:
    """9w0d and 15w6d are early; 16w0d is a birth like another."""
    ended = date(year, 6, 15)
    due, intake, aftercare = (
        (ended + timedelta(days=days)).isoformat() for days in (280 - gestation_days, -14, 7)
    )
    story = Region("none").pregnancy(due=due, intake=intake)
    story.ended("miscarriage", ended.isoformat())
    story.did("V-INT", intake).did("V-CON", ended.isoformat()).did("V-NAZ", aftercare)
    told = story.derive(engine)

    assert told.products == products
    assert told.places == {"in_product: member": 3}


def test_the_start_of_the_phase_decides_which_products_are_in_force(engine: Engine) -> None:
    story = Region("none").pregnancy(due="2023-08-15", intake="2022-12-20")
    story.ended("miscarriage", "2023-01-10").did("V-INT", "2022-12-20")
    told = story.did("G-CON", "2023-01-10", by=GYNAECOLOGISTS).derive(engine)

    assert told.products == [("early_end", 300_00)]
    assert told.tables["products"][0]["reason"] == "before_16_weeks"
    assert told.tables["products"][0]["alternative_product"] == "prenatal_complex"


def test_hints_of_birth_do_not_count_in_an_early_end(engine: Engine) -> None:
    story = Region("none").pregnancy(due="2025-08-15", intake="2025-01-02")
    story.ended("termination", "2025-01-20")
    story.did("037590", "2025-01-20", by=GYNAECOLOGISTS).did("V-PP", "2025-01-25")
    told = story.derive(engine)

    assert told.phase("037590") == ["prenatal"]
    assert told.phase("V-PP") == ["prenatal"]
    assert told.products == [("prenatal_complex", 1400_00)]


def test_transfer_between_two_practices_of_the_igo(engine: Engine) -> None:
    story = low_risk(Region("none")).did("V-CON", "2025-03-01", by=SECOND_PRACTICE)
    told = story.derive(engine)

    assert told.products == [PRENATAL]
    assert told.mono("prenatal", PRACTICE) == 250_01  # first, transfer in weeks 15-29
    assert told.mono("prenatal", SECOND_PRACTICE) == 319_28


def test_a_new_pregnancy_within_seven_weeks_of_a_miscarriage(engine: Engine) -> None:
    story = Region("none").pregnancy(due="2024-09-24", intake="2024-02-01")
    story.ended("miscarriage", "2024-02-20")
    story.pregnancy(due="2024-12-03", intake="2024-04-02")
    story.did("V-INT", "2024-02-01")
    story.did("V-NAZ", "2024-03-05")  # aftercare of the first
    story.did("E-TER", "2024-03-25", by=ULTRASOUND)  # no hint: aftercare goes before
    story.did("V-INT", "2024-03-26")  # an intake looks ahead, to a pregnancy not yet taken in
    story.did("V-INT", "2024-04-02").did("V-NAZ", "2024-04-02")  # within the second
    story.did("V-CON", "2024-04-05").did("V-CON", "2024-04-05", linked_to=1)
    told = story.derive(engine)

    assert told.pregnancy("V-INT") == [1, 2, 2]
    assert told.pregnancy("V-NAZ") == [1, 2]
    assert told.pregnancy("E-TER") == [1]
    assert told.pregnancy("V-CON") == [2, 1]
    assert told.place("V-INT")[1] == "monodisciplinary: before_intake"
    assert told.place("V-CON")[1] == "monodisciplinary: after_phase"
    assert told.products == [PRENATAL, PRENATAL]


def test_birth_on_request(engine: Engine) -> None:
    story = low_risk(Region("none")).did("V-PAR", "2025-06-01")
    told = story.did("190036", "2025-06-01", by=HOSPITAL).derive(engine)

    assert told.products == [PRENATAL, ("natal_on_request", 1100_00)]
    assert told.evidence("natal_on_request") == ["190036 2025-06-01"]
    assert told.tables["products"][1]["alternative_product"] == "natal"


def test_a_gynaecologist_beats_on_request(engine: Engine) -> None:
    story = low_risk(Region("none")).did("190036", "2025-06-01", by=HOSPITAL)
    told = story.did("037751", "2025-06-01", by=GYNAECOLOGISTS).derive(engine)

    assert told.products == [PRENATAL, ("natal_complex", 2500_00)]
    assert told.tables["products"][1]["alternative_product"] == "natal_on_request"
    assert told.tables["products"][1]["alternative_cents"] == 1100_00


def test_without_the_acts_that_decide_nothing_may_be_left_of_a_phase(engine: Engine) -> None:
    story = Region("none").pregnancy(due="2025-06-01", intake="2024-11-01")
    story.born("2025-06-01").did("190036", "2025-06-01", by=HOSPITAL)
    asked = story.did("V-INT", "2024-11-01").derive(engine)
    assert asked.products == [PRENATAL, ("natal_on_request", 1100_00)]
    assert asked.tables["products"][1]["alternative_product"] == ""

    acted = story.did("037751", "2025-06-01", by=GYNAECOLOGISTS).derive(engine)
    assert acted.tables["products"][1]["alternative_product"] == "natal_on_request"


def test_care_of_a_supplier_is_inside_for_the_codes_it_supplies(engine: Engine) -> None:
    story = low_risk(Region("correction", supplied=("L-HB",)))
    story.did("L-HB", "2025-02-01", by=LABORATORY).did("L-TSH", "2025-02-01", by=LABORATORY)
    told = story.derive(engine)

    assert told.place("L-HB") == ["in_product: supplier"]
    assert told.place("L-TSH") == ["breaks_bundle: outside_provider"]


def test_a_pregnancy_of_an_outside_practice_goes_the_old_way(engine: Engine) -> None:
    story = Region().pregnancy(due="2025-06-01", intake="2024-11-01", by=OUTSIDE_PRACTICE)
    story.born("2025-06-01").did("V-INT", "2024-11-01", by=OUTSIDE_PRACTICE)
    told = story.did("037651", "2025-06-01", by=GYNAECOLOGISTS).derive(engine)

    assert told.routes == ["old_way: outside_practice"]
    assert told.place("V-INT") == ["monodisciplinary: non_member"]
    assert told.place("037651") == ["monodisciplinary: outside_practice"]
    assert told.products == []


def test_an_exempt_woman_goes_the_old_way(engine: Engine) -> None:
    story = Region().pregnancy(due="2025-06-01", intake="2024-11-01", exempt=True)
    told = story.did("V-INT", "2024-11-01").derive(engine)

    assert told.routes == ["old_way: exempt"]
    assert told.places == {"monodisciplinary: exempt": 1}
    assert told.products == []


def test_an_insurer_without_a_contract(engine: Engine) -> None:
    told = low_risk(Region()).insured(STRANGER).derive(engine)

    assert told.routes == ["old_way: no_contract"]
    assert told.places == {"monodisciplinary: no_contract": 2}


def test_a_woman_who_is_not_insured(engine: Engine) -> None:
    told = low_risk(Region()).insured(INSURER, until="2024-01-01").derive(engine)

    assert told.routes == ["old_way: not_insured"]
    assert told.places == {"monodisciplinary: not_insured": 2}


def test_a_follower_pays_by_the_terms_that_it_follows(engine: Engine) -> None:
    told = low_risk(Region()).insured(FOLLOWER).derive(engine)

    assert told.routes == ["integral: followed_contract"]
    assert told.products == [PRENATAL]


def test_the_same_act_from_two_sources_counts_once(engine: Engine) -> None:
    story = low_risk(Region("none")).did("E-TER", "2025-01-11", rank=5)
    story.did("V-ECT", "2025-01-11", rank=1).did("E-TER", "2025-01-11", by=ULTRASOUND, rank=5)
    story.did("V-TEL", "2025-01-12", rank=5).did("V-TEL", "2025-01-12", rank=5)
    told = story.derive(engine)

    assert told.place("E-TER") == ["not_billable: duplicate", "in_product: member"]
    assert told.place("V-ECT") == ["in_product: member"]
    assert told.place("V-TEL") == ["in_product: member", "in_product: member"]
    twins = [row["twin_id"] for row in told.tables["dispositions"] if row["twin_id"]]
    assert twins == [4]  # the V-ECT, told fourth


@pytest.mark.parametrize(
    ("code", "in_2022", "in_2023"),
    [
        ("E-GUO", "outside_bundle: advanced_ultrasound", "outside_bundle: advanced_ultrasound"),
        ("377881C", "in_product: member", "outside_bundle: nipt_high_risk"),
        ("V-ACP", "in_product: member", "outside_bundle: contraception"),
        ("V-ACV", "in_product: member", "in_product: member"),
        ("V-PRE", "outside_bundle: preconception", "outside_bundle: preconception"),
        ("G-HCO", "outside_bundle: high_care_obstetrics", "outside_bundle: high_care_obstetrics"),
        ("K-CON", "in_product: member", "in_product: member"),
    ],
)
def test_inside_or_outside_the_bundle_by_year(
    engine: Engine, code: str, in_2022: str, in_2023: str
) -> None:
    story = Region("none").pregnancy(due="2023-05-01", intake="2022-11-01")
    story.did(code, "2022-12-31", by=HOSPITAL).did(code, "2023-01-01", by=HOSPITAL)
    assert story.derive(engine).place(code) == [in_2022, in_2023]


def test_a_product_that_the_contract_does_not_cover(engine: Engine) -> None:
    story = low_risk(Region("none", not_covered=("natal", "kraamzorg_hour")))
    story.did("V-PAR", "2025-06-01").did("KZ-UUR", "2025-06-02", by=KRAAMZORG, minutes=60)
    told = story.derive(engine)

    assert told.products == [PRENATAL]
    assert told.place("V-PAR") == ["monodisciplinary: product_not_covered"]
    assert told.place("KZ-UUR") == ["monodisciplinary: product_not_covered"]


def test_a_phase_that_still_runs_is_open(engine: Engine) -> None:
    story = Region("none", clock="2025-02-01").pregnancy(due="2025-06-01", intake="2024-11-01")
    told = story.did("V-INT", "2024-11-01").derive(engine)

    assert told.places == {"in_product: open": 1}
    assert told.phases == [("prenatal", "2024-11-01", "2025-06-22")]
    assert told.tables["products"][0]["is_open"] is True


def test_a_code_that_is_not_in_the_catalogue_is_not_billable(engine: Engine) -> None:
    told = low_risk(Region("none")).did("X-999", "2025-02-01").derive(engine)

    assert told.place("X-999") == ["not_billable: unknown_code"]
    assert told.phase("X-999") == ["prenatal"]


@pytest.mark.parametrize(("on", "cents"), [("2025-03-22", 250_01), ("2025-03-23", 559_62)])
def test_a_referral_at_29w6d_or_30w0d(engine: Engine, on: str, cents: int) -> None:
    told = low_risk(Region("none")).did("V-VER", on).derive(engine)

    assert told.mono("prenatal", PRACTICE) == cents


@pytest.mark.parametrize(("minutes", "quarters"), [(52, 3), (53, 4), (7, 0), (8, 1)])
def test_kraamzorg_is_rounded_once_half_up_to_a_quarter(
    engine: Engine, minutes: int, quarters: int
) -> None:
    story = low_risk(Region("none")).did("KZ-UUR", "2025-06-02", by=KRAAMZORG, minutes=minutes)
    told = story.derive(engine)

    assert told.products == [PRENATAL, ("kraamzorg_hour", quarters * 15_00)]


def test_aftercare_of_an_early_end_lasts_42_days(engine: Engine) -> None:
    story = Region("none").pregnancy(due="2025-08-15", intake="2025-01-02")
    story.ended("miscarriage", "2025-01-20")
    told = story.did("V-NAZ", "2025-03-03").did("V-NAZ", "2025-03-04").derive(engine)

    assert told.phases == [("prenatal", "2025-01-02", "2025-03-04")]
    assert told.place("V-NAZ") == ["in_product: member", "not_billable: no_pregnancy"]


def test_each_day_of_kraamzorg_has_its_own_insurer_and_the_phase_that_of_its_start(
    engine: Engine,
) -> None:
    story = Region("none").pregnancy(due="2024-12-28", intake="2024-06-01").born("2024-12-28")
    story.insured(INSURER, until="2025-01-01").insured(STRANGER, "2025-01-01")
    story.did("V-PP", "2025-01-02").did("KZ-UUR", "2024-12-30", by=KRAAMZORG, minutes=60)
    told = story.did("KZ-UUR", "2025-01-02", by=KRAAMZORG, minutes=60).derive(engine)

    assert told.products == [POSTNATAL, ("kraamzorg_hour", 60_00)]
    assert told.place("KZ-UUR") == ["in_product: member", "monodisciplinary: no_contract"]


def test_who_is_lost_on_the_day_of_the_birth_has_no_postnatal_care(engine: Engine) -> None:
    """Found by `proof.two_engines`: care after the placenta stood in a phase that she has not."""
    story = low_risk(Region("none")).born("2025-06-01", placenta="2025-06-01 04:00")
    story.ended("lost", "2025-06-01").did("V-CON", "2025-06-01", at="05:59")
    told = story.did("V-PP", "2025-06-01", at="06:00").derive(engine)

    assert [name for name, _, _ in told.phases] == ["prenatal", "natal"]
    assert told.phase("V-CON")[1:] == ["natal"]
    assert told.phase("V-PP") == ["no phase"]
    assert told.place("V-PP") == ["monodisciplinary: after_phase"]
