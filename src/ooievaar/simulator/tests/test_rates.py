"""The synthetic region beside the public figures (funding-rules.md section 6 of the shared notes).

A year of 40,000 births, so that a figure moves less than half a point by chance. Where no public
figure exists the row says "own choice": it guards what we meant and proves nothing of the field.
"""

from datetime import date

import duckdb
import numpy as np
import pytest

from ooievaar.simulator.commands import simulate_tables
from ooievaar.simulator.pregnancies import TERM, Courses, End, Onset, Place, simulate_courses
from ooievaar.simulator.profiles import REGIONAL
from ooievaar.simulator.randomness import day_number

START, END = date(2025, 1, 1), date(2026, 1, 1)


@pytest.fixture(scope="module")
def courses() -> Courses:
    every = simulate_courses(REGIONAL, 7, 40_000, day_number(START), day_number(END))
    within = (every.ended >= day_number(START)) & (every.ended < day_number(END))
    return every.taken(np.flatnonzero(within & every.born))


COURSE_FIGURES = [
    # figure, source, lowest, highest (percent of births unless said otherwise)
    ("home", "Perined 2011-2020: 13.1-14.8", 12.8, 15.0),
    ("birth centre", "Perined 2014-2020: 2.3-3.2", 2.2, 3.4),
    ("poliklinisch", "Perined 2011-2020: 9.7-11.5", 9.7, 11.6),
    ("second line", "Perined 2011-2020: 67.9-70.2", 67.5, 70.5),
    ("place unknown", "Perined 2011-2020: 3.7-4.2", 3.2, 4.4),
    ("referred in labour", "PMC4342018: 37.8 of midwife-led starts", 36.0, 39.6),
    ("referred in labour, nulli", "PMC4342018: 56.8", 55.0, 58.6),
    ("induction", "22-27 in 2016-2020 (background knowledge)", 22.0, 27.0),
    ("caesarean", "Perined 2014-2016: 16.0-16.5", 15.2, 17.0),
    ("planned caesarean", "2014: 8.1", 7.0, 8.6),
    ("preterm", "vzinfo 2021: 6.6", 6.0, 7.2),
    ("preterm of multiples", "about half", 44.0, 56.0),
    ("multiples", "2016: 1.45; 15.9 per 1,000", 1.3, 1.8),
    ("epidural", "2014-2016: 20.0-21.7", 19.5, 22.5),
]


@pytest.mark.parametrize(
    ("figure", "source", "low", "high"), COURSE_FIGURES, ids=[row[0] for row in COURSE_FIGURES]
)
def test_births_go_as_the_public_figures_say(
    courses: Courses, figure: str, source: str, low: float, high: float
) -> None:
    c = courses
    midwife_led = c.onset == Onset.MIDWIFE
    preterm = c.ended - c.due + TERM < 259
    rates = {
        "home": (c.place == Place.HOME).mean(),
        "birth centre": (c.place == Place.BIRTH_CENTRE).mean(),
        "poliklinisch": (c.place == Place.POLIKLINISCH).mean(),
        "second line": (c.place == Place.SECOND_LINE).mean(),
        "place unknown": (c.place == Place.UNKNOWN).mean(),
        "referred in labour": c.referred_in_labour[midwife_led].mean(),
        "referred in labour, nulli": c.referred_in_labour[midwife_led & c.nulliparous].mean(),
        "induction": (c.onset == Onset.INDUCED).mean(),
        "caesarean": c.caesarean.mean(),
        "planned caesarean": (c.onset == Onset.PLANNED_CAESAREAN).mean(),
        "preterm": preterm.mean(),
        "preterm of multiples": preterm[c.children > 1].mean(),
        "multiples": (c.children > 1).mean(),
        "epidural": c.epidural.mean(),
    }
    assert low <= rates[figure] * 100 <= high, source


def test_multiparous_women_are_referred_in_labour_less_often(courses: Courses) -> None:
    midwife_led = courses.onset == Onset.MIDWIFE
    nulli = courses.referred_in_labour[midwife_led & courses.nulliparous].mean()
    multi = courses.referred_in_labour[midwife_led & ~courses.nulliparous].mean()
    assert multi < nulli / 2


def test_as_many_women_give_birth_as_was_asked_for(courses: Courses) -> None:
    assert len(courses) == pytest.approx(40_000, rel=0.015)


def test_pregnancies_end_otherwise_as_we_chose() -> None:
    # Pregnancies with an intake well inside the two years, so that every end was seen.
    first, last = day_number(START), day_number(date(2027, 1, 1))
    every = simulate_courses(REGIONAL, 7, 20_000, first, last)
    seen = every.taken(np.flatnonzero((every.intake > first + 30) & (every.intake < last - 300)))
    chosen = REGIONAL.course
    assert (seen.end == End.MISCARRIAGE).mean() == pytest.approx(chosen.miscarriage, abs=0.008)
    assert (seen.end == End.MOVED_AWAY).mean() == pytest.approx(chosen.moved_away, abs=0.003)
    assert (seen.end == End.LOST).mean() == pytest.approx(chosen.lost, abs=0.002)
    assert seen.entered.mean() == pytest.approx(chosen.entered, abs=0.004)


TABLE_FIGURES = [
    ("kraamzorg hours", "derived 37; protocol 45-49 less hospital days", 37.0, 45.0),
    ("kraamzorg users", "PMC6318875: about 95", 92.5, 97.0),
    ("insurer switch", "skipr 2025: 7 of all insured", 6.2, 7.8),
    ("caesarean acts", "Perined: 16.0-16.5, less births with place unknown", 14.5, 17.0),
    ("epidural acts", "2014-2016: 20.0-21.7", 19.0, 22.5),
    ("unlinked", "own choice: about 30", 27.0, 33.0),
    ("claims doubles", "own choice: 2", 1.7, 2.3),
    ("registered late", "own choice: 3", 2.5, 3.6),
    ("births outside", "own choice: full wards and the perinatal centre", 2.0, 6.0),
    ("acts per birth", "engine notes: about 100 per pregnancy", 90.0, 115.0),
]


@pytest.fixture(scope="module")
def rates() -> dict[str, float]:
    tables = simulate_tables("regional", seed=3, births=5000, years=2, start=START)
    with duckdb.connect() as connection:
        for name, table in tables.items():
            connection.register(name, table)

        def number(query: str) -> float:
            row = connection.execute(query).fetchone()
            assert row is not None
            return float(row[0])

        connection.execute(
            "CREATE TABLE born AS SELECT * FROM pregnancies WHERE end_kind = 'birth' "
            "AND ended_on < DATE '2026-11-01'"
        )
        births = number("SELECT count(*) FROM born")
        per_birth = (
            "SELECT count(DISTINCT b.reference) FROM born b JOIN activities a USING (woman) "
            "WHERE a.source = 'record' AND performed_on BETWEEN ended_on - 2 AND ended_on + 12 "
        )
        hours = (
            "SELECT b.reference, sum(duration_minutes) / 60 AS hours FROM born b "
            "JOIN activities a USING (woman) WHERE code = 'KZ-UUR' AND a.source = 'record' "
            "AND performed_on BETWEEN ended_on AND ended_on + 20 GROUP BY ALL"
        )
        return {
            "kraamzorg hours": number(f"SELECT avg(hours) FROM ({hours})"),
            "kraamzorg users": number(f"SELECT count(*) FROM ({hours})") / births * 100,
            "insurer switch": number(
                "SELECT avg(CAST(EXISTS (SELECT 1 FROM coverages n WHERE n.woman = c.woman "
                "AND n.valid_from = DATE '2026-01-01') AS INTEGER)) * 100 FROM coverages c "
                "WHERE c.valid_from < DATE '2026-01-01' "
                "AND coalesce(c.valid_until, DATE '9999-12-31') >= DATE '2026-01-01'"
            ),
            "caesarean acts": number(per_birth + "AND code = 'G-SEC'") / births * 100,
            "epidural acts": number(per_birth + "AND code = '039683'") / births * 100,
            "births outside": number(
                per_birth + "AND code IN ('G-SEC', 'G-KVM', '037651', '037652', '037653', '190036',"
                " '037751', '037752', '037753') AND organisation_agb IN (SELECT agb FROM"
                " organisations WHERE name LIKE '%Overberg')"
            )
            / births
            * 100,
            "unlinked": number(
                "SELECT avg(CAST(pregnancy IS NULL AS INTEGER)) * 100 FROM activities"
            ),
            "claims doubles": number(
                "SELECT avg(CAST(source = 'claims' AS INTEGER)) * 100 FROM activities"
            ),
            "registered late": number(
                "SELECT avg(CAST(recorded_on > performed_on + 7 AS INTEGER)) * 100 "
                "FROM activities WHERE source = 'record'"
            ),
            "acts per birth": number("SELECT count(*) FROM activities")
            / number("SELECT count(*) FROM pregnancies WHERE end_kind = 'birth'"),
        }


@pytest.mark.parametrize(
    ("figure", "source", "low", "high"), TABLE_FIGURES, ids=[row[0] for row in TABLE_FIGURES]
)
def test_what_is_registered_fits_the_figures(
    rates: dict[str, float], figure: str, source: str, low: float, high: float
) -> None:
    assert low <= rates[figure] <= high, source
