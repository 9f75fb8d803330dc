"""Pregnancies in which something breaks the bundle, under each regime, told to both engines.

A loss is the tariff, less what the members get the old way or up to what an outsider bills.
"""

from datetime import date

import pytest

from tests.engine.region import (
    FIVE_HOURS_OF_KRAAMZORG,
    HOSPITAL,
    INSURER,
    KRAAMZORG,
    MIDWIFE_NATAL,
    MIDWIFE_POSTNATAL,
    MIDWIFE_PRENATAL,
    NATAL,
    OTHER_INSURER,
    OUTSIDE_HOSPITAL,
    OUTSIDE_KRAAMZORG,
    OUTSIDE_PRACTICE,
    POSTNATAL,
    PRENATAL,
    SECOND_PRACTICE,
    Engine,
    Region,
    Story,
    low_risk,
)


def birth_elsewhere(region: Region) -> Story:
    """The practice begins the birth, an outside hospital ends it."""
    story = low_risk(region).did("V-PAR", "2025-06-01")
    return story.did("037651", "2025-06-01", by=OUTSIDE_HOSPITAL).did("V-PP", "2025-06-03")


def test_birth_in_an_outside_hospital_under_the_parallel_ban(engine: Engine) -> None:
    told = birth_elsewhere(Region("parallel_ban")).derive(engine)

    assert told.place("037651") == ["breaks_bundle: outside_provider"]
    assert told.place("V-PAR") == ["monodisciplinary: broken"]
    assert told.products == [PRENATAL, POSTNATAL]
    assert told.breakers == [("natal", "outside_provider", 1200_00 - MIDWIFE_NATAL)]


def test_birth_in_an_outside_hospital_under_correction(engine: Engine) -> None:
    told = birth_elsewhere(Region("correction")).derive(engine)

    assert told.place("037651") == ["breaks_bundle: outside_provider"]
    assert told.place("V-PAR") == ["in_product: member"]
    assert told.products == [PRENATAL, ("natal", 1200_00 - 900_00), POSTNATAL]
    assert told.breakers == [("natal", "outside_provider", 900_00)]


def test_a_correction_is_never_more_than_the_tariff(engine: Engine) -> None:
    story = birth_elsewhere(Region("correction"))
    told = story.did("G-SEC", "2025-06-01", by=OUTSIDE_HOSPITAL).derive(engine)

    assert told.products == [PRENATAL, ("natal", 0), POSTNATAL]
    assert told.breakers == [("natal", "outside_provider", 1200_00)]


def test_birth_in_an_outside_hospital_without_consequence(engine: Engine) -> None:
    told = birth_elsewhere(Region("none")).derive(engine)

    assert told.place("037651") == ["monodisciplinary: no_consequence"]
    assert told.products == [PRENATAL, NATAL, POSTNATAL]
    assert told.breakers == [("natal", "outside_provider", 0)]


@pytest.mark.parametrize("regime", ["parallel_ban", "correction", "none"])
def test_birth_in_an_outside_hospital_that_is_parallel_listed(engine: Engine, regime: str) -> None:
    told = birth_elsewhere(Region(regime, parallel=("037651",))).derive(engine)

    assert told.place("037651") == ["monodisciplinary: parallel_allowed"]
    assert told.products == [PRENATAL, NATAL, POSTNATAL]
    assert told.breakers == []


def test_an_outside_price_that_is_not_known_makes_the_loss_unknown(engine: Engine) -> None:
    story = birth_elsewhere(Region("correction"))
    told = story.did("G-DAG", "2025-06-01", by=OUTSIDE_HOSPITAL).derive(engine)

    assert told.products == [PRENATAL, ("natal", 1200_00 - 900_00), POSTNATAL]
    assert told.breakers == [("natal", "outside_provider", None)]
    assert told.mono("natal", OUTSIDE_HOSPITAL) is None


def test_outside_care_before_our_own_breaks_nothing(engine: Engine) -> None:
    story = low_risk(Region("parallel_ban"))
    story.did("G-KBD", "2025-06-02", by=OUTSIDE_HOSPITAL).did("V-PP", "2025-06-03")
    told = story.derive(engine)

    assert told.place("G-KBD") == ["monodisciplinary: non_member"]
    assert told.products == [PRENATAL, POSTNATAL]


def test_a_birth_wholly_elsewhere_leaves_no_natal_product(engine: Engine) -> None:
    story = low_risk(Region("parallel_ban")).did("V-PP", "2025-06-03")
    told = story.did("G-SEC", "2025-06-01", by=OUTSIDE_HOSPITAL).derive(engine)

    assert told.place("G-SEC") == ["monodisciplinary: non_member"]
    assert told.products == [PRENATAL, POSTNATAL]
    assert told.breakers == []


def switches_on_1_january(region: Region) -> Story:
    story = low_risk(region).did("V-PAR", "2025-06-01").did("V-PP", "2025-06-03")
    return story.insured(INSURER, until="2025-01-01").insured(OTHER_INSURER, "2025-01-01")


def test_insurer_switch_inside_a_phase(engine: Engine) -> None:
    told = switches_on_1_january(Region("parallel_ban")).derive(engine)

    assert told.products == [PRENATAL, ("natal", 1210_00), ("postnatal", 510_00)]
    assert told.breakers == []


def test_insurer_switch_inside_a_phase_where_the_contract_says_that_it_breaks(
    engine: Engine,
) -> None:
    told = switches_on_1_january(Region("parallel_ban", insurer_switch_breaks=True)).derive(engine)

    assert told.products == [("natal", 1210_00), ("postnatal", 510_00)]
    assert told.place("V-CON") == ["monodisciplinary: broken"]
    assert told.breakers == [("prenatal", "insurer_changed", 1000_00 - MIDWIFE_PRENATAL)]
    assert told.tables["breakers"][0]["happened_on"] == date(2025, 1, 1)


def test_insurer_switch_between_phases(engine: Engine) -> None:
    """Born on old year's day: the postnatal phase starts with the new insurer."""
    story = Region("parallel_ban", insurer_switch_breaks=True).pregnancy(
        due="2024-12-31", intake="2024-06-01"
    )
    story.born("2024-12-31").insured(INSURER, until="2025-01-01")
    story.insured(OTHER_INSURER, "2025-01-01")
    story.did("V-INT", "2024-06-01").did("V-PAR", "2024-12-31").did("V-PP", "2025-01-02")
    told = story.derive(engine)

    assert told.products == [PRENATAL, NATAL, ("postnatal", 510_00)]
    assert told.breakers == []


def moved_in_at_30_weeks(region: Region) -> Story:
    story = region.pregnancy(
        due="2025-06-01", intake="2024-11-01", by=OUTSIDE_PRACTICE, entered="2025-03-23"
    )
    story.born("2025-06-01").did("V-INT", "2024-11-01", by=OUTSIDE_PRACTICE)
    story.did("V-CON", "2025-01-10", by=OUTSIDE_PRACTICE)
    return story.did("V-CON", "2025-03-25").did("V-PAR", "2025-06-01").did("V-PP", "2025-06-03")


def test_moved_in_at_30_weeks_under_the_parallel_ban(engine: Engine) -> None:
    told = moved_in_at_30_weeks(Region("parallel_ban")).derive(engine)

    assert told.routes == ["integral: contract"]
    assert told.place("V-INT") == ["monodisciplinary: non_member"]
    assert told.place("V-CON") == ["monodisciplinary: non_member", "monodisciplinary: broken"]
    assert told.products == [NATAL, POSTNATAL]
    # The second practice after 29 weeks: the amount of 2017 is not known, 2013 stands in.
    assert told.breakers == [("prenatal", "entered_mid_phase", 1000_00 - 197_07)]
    assert told.mono("prenatal", OUTSIDE_PRACTICE) == 351_60


def test_moved_in_at_30_weeks_under_correction(engine: Engine) -> None:
    told = moved_in_at_30_weeks(Region("correction")).derive(engine)

    assert told.products == [PRENATAL, NATAL, POSTNATAL]
    assert told.breakers == [("prenatal", "entered_mid_phase", 0)]


def test_moved_away_in_mid_phase(engine: Engine) -> None:
    story = low_risk(Region("parallel_ban")).ended("moved_away", "2025-03-01")
    story.latest.update(birth_on=None)
    told = story.did("V-CON", "2025-03-05").derive(engine)

    assert told.phases == [("prenatal", "2024-11-01", "2025-03-02")]
    assert told.products == []
    assert told.breakers == [("prenatal", "left_mid_phase", 1000_00 - 250_01)]
    assert told.place("V-CON") == ["monodisciplinary: broken", "not_billable: no_pregnancy"]


def test_lost_from_sight_ends_the_phase_and_breaks_nothing(engine: Engine) -> None:
    story = low_risk(Region("parallel_ban")).ended("lost", "2025-03-01")
    story.latest.update(birth_on=None)
    told = story.derive(engine)

    assert told.products == [PRENATAL]
    assert told.breakers == []


def test_moved_away_after_the_birth_breaks_the_postnatal_phase_only(engine: Engine) -> None:
    story = low_risk(Region("parallel_ban")).ended("moved_away", "2025-06-20")
    story.did("V-PAR", "2025-06-01").did("V-PP", "2025-06-03")
    told = story.derive(engine)

    assert told.phases[-1] == ("postnatal", "2025-06-02", "2025-06-21")
    assert told.products == [PRENATAL, NATAL]
    assert told.breakers == [("postnatal", "left_mid_phase", 500_00 - MIDWIFE_POSTNATAL)]


def kraamzorg_by_an_outsider(region: Region) -> Story:
    story = low_risk(region).did("V-PP", "2025-06-02")
    return story.did("KZ-UUR", "2025-06-03", by=OUTSIDE_KRAAMZORG, minutes=300)


def test_kraamzorg_by_an_outsider_under_the_parallel_ban(engine: Engine) -> None:
    told = kraamzorg_by_an_outsider(Region("parallel_ban")).derive(engine)

    assert told.products == [PRENATAL]
    assert told.place("KZ-UUR") == ["breaks_bundle: outside_provider"]
    assert told.breakers == [("postnatal", "outside_provider", 500_00 - MIDWIFE_POSTNATAL)]


def test_kraamzorg_by_an_outsider_under_correction(engine: Engine) -> None:
    told = kraamzorg_by_an_outsider(Region("correction")).derive(engine)

    assert told.products == [PRENATAL, ("postnatal", 500_00 - FIVE_HOURS_OF_KRAAMZORG)]
    assert told.breakers == [("postnatal", "outside_provider", FIVE_HOURS_OF_KRAAMZORG)]


def test_a_broken_phase_loses_its_own_kraamzorg_too_under_the_ban(engine: Engine) -> None:
    story = kraamzorg_by_an_outsider(Region("parallel_ban"))
    told = story.did("KZ-UUR", "2025-06-04", by=KRAAMZORG, minutes=300).derive(engine)

    assert told.products == [PRENATAL]
    assert told.place("KZ-UUR")[1] == "monodisciplinary: broken"
    loss = 500_00 + 5 * 60_00 - MIDWIFE_POSTNATAL - FIVE_HOURS_OF_KRAAMZORG
    assert told.breakers == [("postnatal", "outside_provider", loss)]


def kraamzorg_sends_its_own_bill(region: Region) -> Story:
    story = low_risk(region).did("V-PP", "2025-06-02")
    return story.did("KZ-UUR", "2025-06-03", by=KRAAMZORG, minutes=300, billed=True)


def test_kraamzorg_that_bills_for_itself_where_the_contract_says_so(engine: Engine) -> None:
    region = Region("correction", kraamzorg_bills_itself=True)
    told = kraamzorg_sends_its_own_bill(region).derive(engine)

    assert told.products == [PRENATAL, POSTNATAL]
    assert told.place("KZ-UUR") == ["monodisciplinary: already_billed"]
    assert told.breakers == []


def test_kraamzorg_that_bills_for_itself_against_the_contract(engine: Engine) -> None:
    told = kraamzorg_sends_its_own_bill(Region("correction")).derive(engine)

    assert told.products == [PRENATAL, ("postnatal", 500_00 - FIVE_HOURS_OF_KRAAMZORG)]
    assert told.place("KZ-UUR") == ["breaks_bundle: member_billed"]
    assert told.breakers == [("postnatal", "member_billed", FIVE_HOURS_OF_KRAAMZORG)]


def test_only_the_earliest_breaker_of_a_phase_carries_the_loss(engine: Engine) -> None:
    story = kraamzorg_by_an_outsider(Region("correction"))
    told = story.did("V-PP", "2025-06-05", by=SECOND_PRACTICE, billed=True).derive(engine)

    assert told.products == [PRENATAL, ("postnatal", 0)]
    assert told.breakers == [
        ("postnatal", "member_billed", 0),
        ("postnatal", "outside_provider", 500_00),
    ]


def test_a_phase_that_began_before_the_contract(engine: Engine) -> None:
    story = low_risk(Region("parallel_ban", contract_from="2025-01-01"))
    told = story.did("V-PAR", "2025-06-01").derive(engine)

    assert told.place("V-CON") == ["monodisciplinary: no_contract"]
    assert told.products == [NATAL]
    assert told.breakers == [("prenatal", "phase_before_contract", 1000_00 - MIDWIFE_PRENATAL)]
    assert told.routes == ["integral: contract"]


def test_a_miscarriage_learned_after_a_later_product_was_made(engine: Engine) -> None:
    story = Region("correction").pregnancy(due="2025-08-15", intake="2025-01-02")
    story.ended("miscarriage", "2025-01-20").did("V-INT", "2025-01-02").made(2, 1200_00)
    told = story.derive(engine)

    assert told.products == [PRENATAL]
    assert told.breakers == [("natal", "late_miscarriage", 1200_00)]
    assert told.tables["breakers"][0]["happened_on"] == date(2025, 1, 20)


def test_moved_away_on_the_last_day_of_the_last_phase_breaks_nothing(engine: Engine) -> None:
    story = low_risk(Region("parallel_ban")).ended("moved_away", "2025-07-13")
    told = story.did("V-PP", "2025-06-03").derive(engine)

    assert told.phases[-1] == ("postnatal", "2025-06-02", "2025-07-14")
    assert told.products == [PRENATAL, POSTNATAL]
    assert told.breakers == []


def test_care_that_a_member_registered_and_billed_itself_was_billed(engine: Engine) -> None:
    """The claim tells of the same care: it is that care that went the old way, told once."""
    story = low_risk(Region("correction")).did("V-PAR", "2025-06-01")
    told = story.did("V-PAR", "2025-06-01", rank=5, billed=True).derive(engine)
    assert told.place("V-PAR") == ["breaks_bundle: member_billed", "not_billable: duplicate"]
    assert told.breakers == [("natal", "member_billed", 0)]
    assert told.products == [PRENATAL]


def test_care_that_was_billed_the_old_way_makes_no_product(engine: Engine) -> None:
    told = low_risk(Region("correction")).did("V-PAR", "2025-06-01", billed=True).derive(engine)

    assert told.products == [PRENATAL]
    assert told.place("V-PAR") == ["breaks_bundle: member_billed"]
    assert told.breakers == [("natal", "member_billed", 0)]


def test_a_price_of_our_own_that_is_not_known_makes_the_loss_of_a_ban_unknown(
    engine: Engine,
) -> None:
    story = birth_elsewhere(Region("parallel_ban"))
    told = story.did("G-DAG", "2025-06-01", by=HOSPITAL).derive(engine)

    assert told.products == [PRENATAL, POSTNATAL]
    assert told.breakers == [("natal", "outside_provider", None)]
