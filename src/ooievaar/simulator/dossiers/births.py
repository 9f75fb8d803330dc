"""The birth and the weeks after it: mother, each child, kraamzorg by the day, six weeks."""

from collections.abc import Sequence
from datetime import date, timedelta

from ooievaar.record.entries.dictionary import load
from ooievaar.record.entries.rules.growth import placed
from ooievaar.simulator.dossiers.diagnostics import near_reference
from ooievaar.simulator.dossiers.draws import Draw, text_of, yes
from ooievaar.simulator.dossiers.pages import Pages, Place, place_of
from ooievaar.simulator.dossiers.pregnant import weight_at
from ooievaar.simulator.dossiers.stories import ActDone, Story
from ooievaar.simulator.dossiers.traits import Traits

NAMES = {
    "girl": ("Mila", "Noor", "Saar", "Evi", "Lina", "Zoë", "Yara", "Fien"),
    "boy": ("Noah", "Levi", "Sam", "Adam", "Finn", "Mees", "Otis", "Bas"),
}
LED_BY_GYNAECOLOGIST = ("037651", "037652", "037653", "037751", "037752", "037753", "G-SEC")
ASSISTED = ("037751", "037752", "037753")
MINUTES_OF_DAY = 24 * 60


def add_birth(
    pages: Pages, story: Story, traits: Traits, acts: Sequence[ActDone], draw: Draw
) -> None:
    """Add what one organisation wrote of the labour, with what its acts need to count."""
    codes = {act.code for act in acts}
    leads = bool(codes & {"V-PAR", "G-KVM", *LED_BY_GYNAECOLOGIST})
    values: dict[str, str | None] = {}
    if leads:
        values |= _course(story, traits, draw)
    if codes & {"V-PAR", "190036", "190037"}:
        is_centre = acts[0].discipline == "other"
        values["birth_place"] = "birth_centre" if is_centre else _first_line_place(story)
        values["birth_medical_indication"] = yes("190037" in codes)
    if "V-PAR" in codes:
        second = bool(story.codes & {"G-KVM", *LED_BY_GYNAECOLOGIST})
        values["birth_led_by"] = None if second else "midwife"
        values["birth_mode"] = None if second else "spontaneous"
        if second:
            values["birth_place"] = None
            values["birth_medical_indication"] = None
            values["birth_story"] = "Begonnen onder leiding van de verloskundige, overgedragen."
    if codes & {"G-KVM", *LED_BY_GYNAECOLOGIST}:
        values["birth_place"] = "clinical"
        values["birth_led_by"] = "clinical_midwife" if "G-KVM" in codes else "gynaecologist"
        values["birth_mode"] = _mode(story, codes)
        values["birth_presentation"] = "breech" if codes & {"037652", "037752"} else "head"
        values["children_born"] = str(story.children)
    if "037590" in codes:
        values["immature_birth"] = "yes"
    relief = [name for code, name in (("039683", "epidural"), ("199803", "nitrous_oxide"))
              if code in codes]  # fmt: skip
    if relief:
        values["pain_relief"] = " ".join(sorted(relief))
    pages.add("birth_mother", acts[0], acts[0].day, values, acts=acts)


def _first_line_place(story: Story) -> str:
    if "196204" in story.codes and not story.codes & {"190036", "190037"}:
        return "home"
    return "outpatient" if story.codes & {"190036", "190037"} else "home"


def _mode(story: Story, codes: set[str]) -> str:
    if "G-SEC" in codes:
        is_planned = "G-IND" not in story.codes and "V-PAR" not in story.codes
        return "caesarean_primary" if is_planned else "caesarean_secondary"
    return "vacuum" if codes & set(ASSISTED) else "spontaneous"


def _course(story: Story, traits: Traits, draw: Draw) -> dict[str, str | None]:
    version = story.version
    caesarean = "G-SEC" in story.codes
    loss = draw.whole(4, 12) * 50 if not draw.happens(0.06) else draw.whole(20, 30) * 50
    induced = "G-IND" in story.codes
    perineum = draw.weighed([("intact", 0.35), ("first", 0.2), ("second", 0.42), ("third_a", 0.03)])
    return {
        "labour_date": _day(version.labour_on),
        "labour_time": _clock(version.labour_minute),
        "labour_onset": "induced" if induced else draw.one_of(("spontaneous", "membranes")),
        "amniotic_fluid_colour": draw.weighed([("clear", 0.86), ("meconium", 0.14)]),
        "placenta_date": _day(version.placenta_on),
        "placenta_time": _clock(version.placenta_minute),
        "placenta_mode": "controlled" if caesarean else draw.one_of(("spontaneous", "controlled")),
        "placenta_complete": "yes",
        "membranes_complete": "yes",
        "cord_vessels": "three",
        "blood_loss": str(loss),
        "third_stage_medication": "oxytocin",
        "perineum": None if caesarean else perineum,
        "perineum_sutured": None if caesarean else yes(perineum not in ("intact",)),
        "skin_to_skin": "yes",
        "birth_story": draw.one_of(
            ("Vlot verloop, tevreden ouders.", "Lange ontsluiting, goed verdragen.",
             "Goede begeleiding, partner aanwezig.")
        ),
    }  # fmt: skip


def add_children(pages: Pages, story: Story, traits: Traits, draw: Draw) -> None:
    """Add the birth of each child, by who led it or took her into care."""
    version = story.version
    if not story.is_born or version.birth_on is None:
        return
    leading = story.of("V-PAR", "G-KVM", *LED_BY_GYNAECOLOGIST)
    by = Place(leading[-1].organisation_id, leading[-1].discipline) if leading else place_of(story)
    numbered = {
        number: _child(story, traits, number, draw) for number in range(1, story.children + 1)
    }
    pages.add("birth_child", by, version.birth_on, {}, numbered=numbered)


def _child(story: Story, traits: Traits, number: int, draw: Draw) -> dict[str, str | None]:
    version = story.version
    assert version.birth_on is not None
    weight = birth_weight(story, traits, number)
    sex = traits.sexes[number - 1]
    caesarean = "G-SEC" in story.codes
    small = weight < 2300
    formula = load().growth("efw", version.birth_on)
    days = min(story.gestation(version.birth_on), formula.until_days) if formula else 0
    where = placed(formula, weight, days) if formula else None
    minutes = version.placenta_minute
    born_at = None if minutes is None else (minutes - 18 - 6 * (story.children - number))
    is_assisted = bool(story.codes & set(ASSISTED))
    return {
        "birth_date": version.birth_on.isoformat(),
        "birth_time": _clock(born_at % MINUTES_OF_DAY if born_at is not None else None),
        "born_alive": "yes",
        "sex": sex,
        "child_name": draw.one_of(NAMES[sex]),
        "birth_mode": None if caesarean else "vacuum" if is_assisted else "spontaneous",
        "birth_weight": str(weight),
        "birth_weight_centile": None if where is None else text_of(min(max(where.centile, 1), 99)),
        "birth_length": text_of(draw.around(50 + (weight - 3400) / 450, 0.8, 42, 57), 1),
        "birth_head": text_of(draw.around(34.8 + (weight - 3400) / 900, 0.5, 30, 38), 1),
        "apgar_1": str(draw.whole(7, 9)),
        "apgar_5": str(draw.whole(9, 10)),
        "apgar_10": "10",
        "resuscitation": "none",
        "vitamin_k": "yes",
        "first_feeding": "breast" if traits.breastfeeds else "bottle",
        "meconium_passed": "yes",
        "urine_passed": "yes",
        "paediatrician": "admission" if small else "no",
        "child_admitted": "medium" if small else "none",
        "child_problems": "none",
        "child_skin_exam": "normal",
        "child_head_exam": "normal",
        "child_chest_exam": "normal",
        "congenital_anomaly": "no",
    }


def birth_weight(story: Story, traits: Traits, number: int) -> int:
    """Return what a child weighs: near the reference of its age, as its scans were."""
    version = story.version
    assert version.birth_on is not None
    days = min(max(story.gestation(version.birth_on), 22 * 7), 40 * 7)
    found = near_reference("efw", days, version.birth_on, traits.growth_sds[number - 1])
    return round((found or 3400) / 5) * 5


def add_kraam_day(
    pages: Pages, story: Story, traits: Traits, acts: Sequence[ActDone], draw: Draw
) -> None:
    """Add a day of kraamzorg: the mother, and each child, or help at the birth."""
    first = acts[0]
    day, born = first.day, story.version.birth_on
    given = sum(act.duration for act in acts if act.code == "KZ-UUR")
    helped = sum(act.duration for act in acts if act.code == "KZ-PUUR")
    nth = (day - born).days if born is not None else 0
    values: dict[str, str | None] = {}
    if given:
        values |= _mother(story, traits, nth, draw) | {"minutes_given": str(given)}
    if any(act.code == "196204" for act in acts):
        values["birth_assisted"] = "yes"
    if helped:
        values["birth_assistance_minutes"] = str(helped)
    pages.add("kraam_day", first, day, values, acts=acts)
    if not given or born is None:
        return
    numbered = {
        number: _kraam_child(story, traits, number, nth, draw)
        for number in range(1, story.children + 1)
    }
    place = Place(first.organisation_id, first.discipline)
    name = f"-{day.isoformat()}-{first.organisation_id}"
    pages.add("kraam_child", place, day, {}, numbered=numbered, name=name)


def _mother(story: Story, traits: Traits, nth: int, draw: Draw) -> dict[str, str | None]:
    caesarean = "G-SEC" in story.codes
    return {
        "temperature": text_of(draw.around(36.8, 0.25, 36.2, 37.8), 1),
        "pulse": str(draw.whole(62, 90)),
        "pulse_rhythm": "regular",
        "blood_pressure_systolic": text_of(traits.systolic + draw.around(0, 4, -8, 8))
        if nth <= 3
        else None,
        "blood_pressure_diastolic": text_of(traits.diastolic + draw.around(0, 3, -6, 6))
        if nth <= 3
        else None,
        "fundus_level": "navel" if nth <= 2 else "below_navel" if nth <= 5 else "between",
        "lochia": "normal" if nth <= 4 else "little",
        "pads": str(max(2, 7 - nth)),
        "lochia_smell": "no",
        "breasts": "soft" if nth <= 2 or not traits.breastfeeds else draw.one_of(("full", "soft")),
        "nipples": draw.one_of(("intact", "intact", "sore")) if traits.breastfeeds else "intact",
        "legs": "normal",
        "perineum_check": None if caesarean else draw.one_of(("good", "good", "swollen")),
        "caesarean_wound": "good" if caesarean else None,
        "micturition": "yes",
        "defecation": yes(nth >= 3),
        "mood": "tearful" if nth in (3, 4) and draw.happens(0.4) else "good",
        "self_reliance": "yes",
        "care_skill": "guided" if traits.parity == 0 and nth <= 4 else "confident",
        "advice_safe_sleep": "yes" if nth <= 2 else None,
        "advice_vitamin_d": "yes" if nth >= 6 else None,
    }


def _kraam_child(
    story: Story, traits: Traits, number: int, nth: int, draw: Draw
) -> dict[str, str | None]:
    first = birth_weight(story, traits, number)
    share = {0: 1.0, 1: 0.975, 2: 0.95, 3: 0.938, 4: 0.945, 5: 0.955, 6: 0.968, 7: 0.982}
    weight = round(first * share.get(nth, 1.0 + 0.008 * max(nth - 8, 0)) / 5) * 5
    yellow = nth in (3, 4, 5) and draw.happens(0.35)
    return {
        "child_weight": str(weight),
        "child_temperature": text_of(draw.around(36.9, 0.15, 36.5, 37.4), 1),
        "child_feeding": "breast" if traits.breastfeeds else "bottle",
        "feeds_per_day": str(draw.whole(7, 9)),
        "feed_amount": None if traits.breastfeeds else str(min(20 + nth * 10, 100)),
        "stools": "meconium" if nth <= 2 else "transition" if nth <= 4 else "yellow",
        "stool_nappies": str(draw.whole(2, 4)),
        "child_urine": "urate" if nth <= 2 else "clear",
        "urine_nappies": str(min(nth + 1, 7)),
        "child_colour": "yellow" if yellow else "pink",
        "child_breathing": "normal",
        "child_skin": "good",
        "child_cord": "wet" if nth <= 2 else "dry" if nth <= 7 else "off",
        "child_tonus": "normal",
        "child_sleep": "good",
        "child_crying": "normal",
        "heel_prick": "yes" if nth == 4 else None,
        "hearing_test": "yes" if nth == 5 else None,
    }


def add_kraam_intake(pages: Pages, story: Story, traits: Traits, act: ActDone, draw: Draw) -> None:
    """Add the registration or the intake of kraamzorg."""
    kind = {"KZ-INS": "registration", "KZ-INT": "home", "KZ-INTT": "phone"}[act.code]
    hours = draw.whole(45, 49) if traits.breastfeeds else draw.whole(42, 45)
    values: dict[str, str | None] = {"kraam_intake_kind": kind, "kraam_requested": "yes"}
    if kind != "registration":
        values |= {
            "kraam_hours_indicated": str(hours + (10 if story.children > 1 else 0)),
            "kraam_wants_fewer": yes(draw.happens(0.2)),
            "kraam_indication_why": "Volgens het Landelijk Indicatieprotocol.",
            "intended_feeding": "breast" if traits.breastfeeds else "bottle",
            "home_is_fit": "yes",
            "kraam_wishes": draw.one_of(
                ("Rust in de ochtend.", "Hulp bij de eerste voedingen.",
                 "Ook aandacht voor de oudste.")
            ),
        }  # fmt: skip
    pages.add("kraam_indication", act, act.day, values, acts=[act])


def add_visit(pages: Pages, story: Story, traits: Traits, act: ActDone, draw: Draw) -> None:
    """Add a visit after the birth, after a loss, or about contraception."""
    kind = {"V-PP": "visit", "V-NAZ": "miscarriage", "V-ACV": "contraception"}[act.code]
    born = story.version.birth_on
    nth = (act.day - born).days if born is not None else 0
    values: dict[str, str | None] = {"visit_kind": kind}
    if kind == "visit":
        values |= {
            "temperature": text_of(draw.around(36.8, 0.25, 36.2, 37.8), 1),
            "pulse": str(draw.whole(62, 88)),
            "fundus_level": "navel" if nth <= 2 else "below_navel",
            "lochia": "normal" if nth <= 4 else "little",
            "breasts": "full" if traits.breastfeeds and nth in (3, 4) else "soft",
            "mood": "good",
            "findings": "Moeder en kind maken het goed.",
            "policy": draw.one_of(("Volgende visite volgens plan.", "Kraamzorg belt bij vragen.")),
        }
        if "G-SEC" in story.codes:
            values["caesarean_wound"] = "good"
        else:
            values["perineum_check"] = "good"
    elif kind == "contraception":
        values["advice"] = "Mogelijkheden besproken, folder meegegeven."
    pages.add("postpartum_contact", act, act.day, values, acts=[act])


def add_six_weeks(
    pages: Pages, story: Story, traits: Traits, acts: Sequence[ActDone], draw: Draw
) -> None:
    """Add the check at six weeks, with what was said of contraception that day."""
    talked = any(act.code == "V-ACV" for act in acts)
    caesarean = "G-SEC" in story.codes
    values: dict[str, str | None] = {
        "blood_pressure_systolic": text_of(traits.systolic + draw.around(0, 4, -8, 8)),
        "blood_pressure_diastolic": text_of(traits.diastolic + draw.around(0, 3, -6, 6)),
        "weight": text_of(weight_at(traits, 18), 1),
        "six_weeks_bleeding": "none",
        "incontinence_urine": yes(draw.happens(0.12)),
        "perineum_six_weeks": None if caesarean else "good",
        "wound_six_weeks": "good" if caesarean else "none",
        "contraception_counselled": "yes" if talked else None,
        "contraception": draw.one_of(("condom", "minipill", "iud_hormone", "none")),
        "feeding_six_weeks": "breast" if traits.breastfeeds else "bottle",
        "birth_experience": str(draw.whole(6, 10)),
        "birth_experience_remark": draw.one_of(
            ("Kijkt goed terug.", "Intens maar mooi.", "Voelde zich gehoord.")
        ),
        "depression_screening": "raised" if traits.is_vulnerable and draw.happens(0.4) else "low",
    }
    pages.add("six_weeks", acts[0], acts[0].day, values, acts=acts)


def add_agreements(pages: Pages, story: Story, traits: Traits, draw: Draw) -> None:
    """Add the care plan and, late in pregnancy, the birth plan that she agreed to."""
    intake, today = story.version.first_intake_on, story.today
    planned = intake + timedelta(days=35)
    place = place_of(story)
    last = story.version.ended_on or today
    if planned <= min(last, today):
        values = {
            "care_goal": "Gezonde moeder en kind, bevallen waar zij zich veilig voelt.",
            "care_goal_until": story.version.due_on.isoformat(),
            "care_agreements": _agreed(story, traits),
            "agreed_with_her": "yes",
        }
        pages.add("care_plan", place, planned, values)
    wished = story.version.due_on - timedelta(days=42)
    if wished <= min(last, today):
        clinical = bool(story.codes & {"G-HER"}) or story.children > 1
        where = "clinical" if clinical else draw.weighed(
            [("home", 0.4), ("outpatient", 0.4), ("birth_centre", 0.1), ("undecided", 0.1)]
        )  # fmt: skip
        values = {
            "birth_wishes": draw.one_of(
                ("Zo lang mogelijk thuis blijven, rustige sfeer.", "Graag in bad tijdens de weeën.",
                 "Uitleg bij alles wat er gebeurt.", "Kind meteen bij mij.")
            ),
            "intended_place": where,
            "intended_hospital": "Ziekenhuis Waterland",
            "intended_line": "second" if clinical else "first",
            "intended_pain_relief": draw.one_of(("none", "epidural", "water", "undecided")),
            "who_is_present": "Partner" + draw.one_of(("", " en moeder", " en zus")),
            "intended_feeding": "breast" if traits.breastfeeds else "bottle",
            "agreed_with_her": "yes",
        }  # fmt: skip
        pages.add("birth_plan", place, wished, values)


def _agreed(story: Story, traits: Traits) -> str:
    if story.children > 1:
        return "Controles om en om bij verloskundige en gynaecoloog; echo elke vier weken."
    if traits.has_hypertension:
        return "Bloeddruk thuis meten, bij 140/90 bellen. Gynaecoloog kijkt mee."
    if traits.is_vulnerable:
        return "Vaste verloskundige, prenataal huisbezoek, bespreking in het MDO."
    return "Controles bij de praktijk volgens het basiszorgpad."


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _clock(minute: int | None) -> str | None:
    return None if minute is None else f"{minute // 60:02d}:{minute % 60:02d}"
