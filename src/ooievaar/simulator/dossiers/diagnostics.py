"""What was measured: blood and urine, scans with biometry near the reference, CTG, screening."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache

from ooievaar.kernel.gestation import format_gestation
from ooievaar.record.entries.dictionary import load
from ooievaar.record.entries.rules.due_date import gestation_by
from ooievaar.record.entries.rules.growth import value_at
from ooievaar.simulator.dossiers.draws import Draw, text_of, yes
from ooievaar.simulator.dossiers.pages import Pages
from ooievaar.simulator.dossiers.stories import ActDone, Story
from ooievaar.simulator.dossiers.traits import Traits

BIOMETRY = ("hc", "bpd", "ac", "fl", "efw")
CENTILE_BY_SDS = ((-1.6, 5.5), (-1.2, 11.5), (-0.8, 21), (-0.4, 34.5), (0.0, 50.0),
                  (0.4, 65.5), (0.8, 79), (1.2, 88.5), (1.6, 94.5))  # fmt: skip
"""Steps of the standard normal distribution: near enough for a made-up fetus."""
CRL_DAYS = (45, 98)
SCAN_KINDS = {
    "V-ECT": "dating", "E-TER": "dating", "V-ECS": "diagnostic", "E-GRO": "growth",
    "E-LIG": "position", "E-GUO": "advanced", "G-ECH": "growth",
}  # fmt: skip
STRUCTURAL_20_FROM = 17 * 7
NEGATIVE = {
    "L-IEA": "irregular_antibodies", "L-HBS": "hbsag", "L-HIV": "hiv", "L-LUE": "syphilis",
    "L-KWK": "gbs",
}  # fmt: skip


def add_laboratory(
    pages: Pages, story: Story, traits: Traits, acts: Sequence[ActDone], draw: Draw
) -> None:
    """Add the determinations of one laboratory on one day, as one page."""
    values: dict[str, str] = {}
    day = acts[0].day
    late = story.weeks(day) > 24
    for code in dict.fromkeys(act.code for act in acts):
        times = sum(act.code == code for act in acts)
        if code in NEGATIVE:
            positive = code == "L-KWK" and draw.happens(0.2)
            values[NEGATIVE[code]] = "positive" if positive else "negative"
        elif code == "L-HB":
            values["hb"] = text_of(traits.hb - (0.7 if late else 0) + draw.around(0, 0.2, -1, 1), 1)
        elif code == "L-MCV":
            values["mcv"] = text_of(draw.around(88, 3, 80, 98))
        elif code == "L-FER":
            values["ferritin"] = text_of(draw.around(24 if late else 48, 9, 15, 120))
        elif code == "L-GLU":
            values |= _glucose(traits, times, late, draw)
        elif code == "L-OGT":
            high = traits.has_diabetes
            values["ogtt_fasting"] = text_of(draw.around(5.2 if high else 4.4, 0.2, 3.6, 5.8), 1)
            values["ogtt_2h"] = text_of(draw.around(8.6 if high else 6.0, 0.5, 4.0, 10.5), 1)
        elif code == "L-BLG":
            values["blood_group"] = traits.blood_group
        elif code == "L-RHD":
            values["rhesus_d"] = "negative" if traits.is_rhesus_negative else "positive"
        elif code == "L-RUB":
            values["rubella"] = "positive"
        elif code == "L-TSH":
            values["tsh"] = text_of(draw.around(1.7, 0.6, 0.4, 3.8), 2)
        elif code == "L-URI":
            values["urine_protein"] = draw.weighed([("negative", 0.9), ("trace", 0.1)])
        else:
            raise AssertionError(f"no value for {code}")
    pages.add("laboratory", acts[0], day, values, acts=acts)


def _glucose(traits: Traits, times: int, late: bool, draw: Draw) -> dict[str, str]:
    if times > 1:
        highest = draw.around(7.1, 0.6, 5.8, 8.9)
        return {
            "glucose": text_of(highest, 1),
            "glucose_moment": "after_meal",
            "glucose_count": str(times),
        }
    usual = 6.1 if traits.has_diabetes and late else 4.7
    return {
        "glucose": text_of(draw.around(usual, 0.4, 3.6, 7.6), 1),
        "glucose_moment": draw.one_of(("fasting", "random")),
    }


def add_scan(pages: Pages, story: Story, traits: Traits, act: ActDone, draw: Draw) -> None:
    """Add a scan with a line per fetus."""
    kind, days = scan_kind(story, act), story.gestation(act.day)
    lie = _lie(traits, days, draw)
    values = {
        "scan_kind": kind,
        "scan_method": "vaginal" if days < 70 else "abdominal",
        "scan_fetus_count": str(story.children),
        "chorionicity": "dichorionic" if story.children > 1 else None,
        "scan_conclusion": "normal",
        "scan_advice": "none",
        "scan_text": f"Zwangerschap van {format_gestation(days)}. "
        + ("Groei langs de eigen lijn." if kind in ("growth", "diagnostic") else "Passend beeld."),
    }
    if days >= 18 * 7:
        values["placenta_location"] = draw.one_of(("anterior", "posterior", "fundus"))
        values["placenta_ostium"] = "free"
    if act.code == "E-GUO":
        values["scan_indication"] = "Nader onderzoek na de 20-wekenecho"
    numbered = {
        child + 1: _of_fetus(traits, child, days, act.day, lie, kind, draw)
        for child in range(story.children)
    }
    pages.add("ultrasound", act, act.day, values, numbered=numbered, acts=[act])


def scan_kind(story: Story, act: ActDone) -> str:
    """Return what kind of scan an act is, as its form asks."""
    if act.code == "E-STR":
        return (
            "structural_20" if story.gestation(act.day) >= STRUCTURAL_20_FROM else "structural_13"
        )
    return SCAN_KINDS[act.code]


def _of_fetus(
    traits: Traits, child: int, days: int, day: date, lie: str, kind: str, draw: Draw
) -> dict[str, str | None]:
    found: dict[str, str | None] = {"scan_heart_seen": "yes"}
    if days >= 14 * 7:
        found |= {"scan_lie": lie, "scan_movement": "normal"}
    crl = crl_at(days)
    if crl is not None and kind in ("dating", "structural_13", "other"):
        found["crl"] = text_of(crl + draw.around(0, 1.0, -2, 2), 1)
    sds = traits.growth_sds[child % len(traits.growth_sds)]
    for measure in BIOMETRY if kind != "position" or days > 250 else ():
        value = near_reference(measure, days, day, sds + draw.around(0, 0.2, -0.4, 0.4))
        if value is not None:
            found[measure] = text_of(value, 0 if measure == "efw" else 1)
    if days >= 16 * 7:
        found["amniotic_fluid"] = "normal"
        found["deepest_pocket"] = str(draw.whole(35, 62))
        found["scan_heart_rate"] = str(draw.whole(126, 156))
    if kind == "structural_20":
        found |= {
            "cord_vessels_scan": "three",
            "heart_fetus": "normal",
            "brain_fetus": "normal",
            "spine_fetus": "normal",
            "organs_fetus": "normal",
            "sonomarkers": "none",
        }
    if kind == "growth" and days >= 26 * 7:
        found["pi_umbilical"] = text_of(draw.around(1.05 - (days - 182) / 400, 0.06, 0.65, 1.4), 2)
    return found


def _lie(traits: Traits, days: int, draw: Draw) -> str:
    if days >= 34 * 7:
        return "breech" if traits.is_breech and days < 37 * 7 else "head"
    return draw.weighed([("head", 0.7), ("breech", 0.24), ("transverse", 0.06)])


def near_reference(measure: str, days: int, day: date, sds: float) -> float | None:
    """Return a measure so many standard deviations from the median; None outside the reference."""
    formula = load().growth(measure, day)
    if formula is None:
        return None
    within = min(max(sds, CENTILE_BY_SDS[0][0]), CENTILE_BY_SDS[-1][0])
    step = min(
        range(len(CENTILE_BY_SDS) - 1), key=lambda i: abs(CENTILE_BY_SDS[i][0] + 0.2 - within)
    )
    (low, from_centile), (high, to_centile) = CENTILE_BY_SDS[step], CENTILE_BY_SDS[step + 1]
    centile = from_centile + (to_centile - from_centile) * (within - low) / (high - low)
    return value_at(formula, centile, days)


@cache
def crl_at(days: int) -> float | None:
    """Return the crown-rump length at a gestation: the formula of dating, read backwards."""
    formula = load().dating("crl", date(2026, 1, 1))
    if formula is None or not CRL_DAYS[0] <= days <= CRL_DAYS[1]:
        return None
    tenths = range(int(formula.from_mm * 10), int(formula.until_mm * 10))
    found = [mm / 10 for mm in tenths if gestation_by(formula, mm / 10) == days]
    return found[len(found) // 2] if found else None


def add_ctg(pages: Pages, story: Story, traits: Traits, act: ActDone, draw: Draw) -> None:
    """Add a registration of the heart."""
    version = story.version
    in_labour = version.labour_on is not None and act.day >= version.labour_on
    indication = "labour" if in_labour else draw.one_of(("movements", "hypertension", "other"))
    if not in_labour and story.gestation(act.day) > 287:
        indication = "post_term"
    values = {
        "ctg_indication": indication,
        "ctg_moment": "first_stage" if in_labour else "antepartum",
        "ctg_method": "external",
        "ctg_minutes": str(draw.one_of((30, 30, 40, 45))),
        "ctg_baseline": str(draw.whole(12, 15) * 10 + draw.one_of((0, 5))),
        "ctg_variability": "normal",
        "ctg_accelerations": "yes",
        "ctg_decelerations": draw.weighed([("none", 0.9), ("uncomplicated", 0.1)]),
        "contractions": "regular" if in_labour else draw.one_of(("none", "irregular")),
        "ctg_conclusion": "normal",
    }
    pages.add("ctg", act, act.day, values, acts=[act])


def add_screening(pages: Pages, story: Story, traits: Traits, act: ActDone, draw: Draw) -> None:
    """Add the counselling, or the test of a high risk."""
    if act.code == "377881C":
        values = {"nipt_performed": "high_risk", "nipt_result": "normal"}
    else:
        takes = draw.happens(0.6)
        values = {
            "wants_information": "yes",
            "counselling_given": "yes",
            "nipt_choice": "yes" if takes else "no",
            "scan_13_choice": yes("E-STR" in story.codes or draw.happens(0.8)),
            "scan_20_choice": "yes",
        }
    pages.add("screening", act, act.day, values, acts=[act])


def by_page(acts: Iterable[ActDone]) -> dict[tuple[int, date, int], list[ActDone]]:
    """Return acts that stand on one page: of one organisation on one day.

    A determination that is made twice on a day stands on a second page; but for glucose, of which
    a page tells how often.
    """
    found: dict[tuple[int, date, int], list[ActDone]] = {}
    times: Counter[tuple[int, date, str]] = Counter()
    for act in acts:
        once = (act.organisation_id, act.day, act.code)
        nth = times[once] if act.code.startswith("L-") and act.code != "L-GLU" else 0
        times[once] += 1
        found.setdefault((act.organisation_id, act.day, nth), []).append(act)
    return found
