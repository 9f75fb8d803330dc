"""What is asked at the intake: who she is, her history, how she lives, her due date, her risk."""

from datetime import date, timedelta

from ooievaar.kernel.gestation import TERM_DAYS
from ooievaar.simulator.dossiers.draws import Draw, text_of, yes
from ooievaar.simulator.dossiers.pages import Pages, place_of
from ooievaar.simulator.dossiers.stories import Story
from ooievaar.simulator.dossiers.traits import Earlier, Traits

STREETS = ("Verzonnenlaan", "Proefstraat", "Denkbeeldigweg", "Nergenshof", "Voorbeeldkade")
PARTNERS = ("Daan", "Bram", "Sem", "Lotte", "Youssef", "Thijs", "Iris", "Piotr", "Emre", "Jesse")
WORK = ("lerares", "verpleegkundige", "boekhouder", "winkelmedewerker", "ontwerper", "kok",
        "jurist", "conducteur", "thuis bij de kinderen", "student")  # fmt: skip


def add_beginning(pages: Pages, story: Story, traits: Traits, draw: Draw) -> None:
    """Add what is written at the first intake, and the due date as it was found."""
    _who_she_is(pages, story, traits, draw)
    _anamnesis(pages, story, traits, draw)
    _history(pages, story, traits, draw)
    _how_she_lives(pages, story, traits, draw)
    _due_date(pages, story)
    _risk(pages, story, traits)


def intake_values(story: Story, traits: Traits, draw: Draw, day: date) -> dict[str, str]:
    """Return what stands on the form of an intake, beside what kind of intake it is."""
    return {
        "gravidity": str(traits.gravidity),
        "parity": str(traits.parity),
        "living_children": str(traits.parity),
        "fetal_losses": str(traits.gravidity - 1 - traits.parity),
        "last_period": (story.first_due_on - timedelta(days=TERM_DAYS)).isoformat(),
        "last_period_certain": yes(story.first_due_on == story.version.due_on),
        "cycle_days": str(draw.whole(27, 30)),
        "conception": draw.weighed([("spontaneous", 0.93), ("ovulation", 0.03), ("ivf", 0.04)]),
        "planned_pregnancy": yes(draw.happens(0.82)),
        "height": str(traits.height),
        "weight_before": text_of(traits.weight_before, 1),
        "bmi": text_of(traits.bmi, 1),
        "blood_pressure_systolic": text_of(traits.systolic + draw.whole(-4, 4)),
        "blood_pressure_diastolic": text_of(traits.diastolic + draw.whole(-4, 4)),
        "allergies": traits.allergy,
        "complaints": draw.one_of(
            ("Misselijk in de ochtend, eet goed.", "Moe, verder goed.", "Geen klachten.",
             "Gespannen borsten, weinig misselijk.")
        ),
        "policy": "Bloedonderzoek aangevraagd, termijnecho gepland. Voorlichting meegegeven.",
    }  # fmt: skip


def _who_she_is(pages: Pages, story: Story, traits: Traits, draw: Draw) -> None:
    woman = story.pregnancy.woman
    number = draw.whole(10, 99)
    partner = draw.one_of(PARTNERS)
    values = {
        "phone": f"06 000{number:02d} {draw.whole(100, 999)}",
        "email": f"{woman.name.split()[0].lower()}.{number}@voorbeeld.invalid",
        "street": draw.one_of(STREETS),
        "house_number": str(draw.whole(1, 180)),
        "postcode": woman.postcode or None,
        "city": "Waterland",
        "communication_language": traits.language,
        "speaks_dutch": "good"
        if traits.language == "Nederlands"
        else draw.one_of(("good", "some")),
        "partner": partner,
        "partner_phone": f"06 000{draw.whole(10, 99)} {draw.whole(100, 999)}",
        "contact_person": partner,
        "contact_person_relation": "partner",
        "general_practitioner": f"Huisartsenpraktijk {draw.one_of(('De Kade', 'Zuid', 'Linde'))}",
        "work": draw.one_of(WORK),
        "education": draw.one_of(("secondary", "vocational", "higher")),
    }
    pages.add("administrative", place_of(story), story.version.first_intake_on, values)


def _anamnesis(pages: Pages, story: Story, traits: Traits, draw: Draw) -> None:
    thyroid = "L-TSH" in story.codes
    medication = []
    if thyroid and draw.happens(0.4):
        medication.append("levothyroxine 50 µg")
    if traits.has_hypertension:
        medication.append("labetalol 2 dd 100 mg")
    explained = []
    if traits.had_caesarean:
        explained.append("Eerdere keizersnede, litteken zonder klachten.")
    if traits.has_hypertension:
        explained.append("Hoge bloeddruk sinds enkele jaren, goed ingesteld.")
    if thyroid:
        explained.append("Schildklier: gecontroleerd door de huisarts.")
    values = {
        "height": str(traits.height),
        "weight_before": text_of(traits.weight_before, 1),
        "allergies": traits.allergy,
        "allergies_explanation": (
            "Uitslag na een kuur als kind." if traits.allergy == "penicillin" else None
        ),
        "medication": ", ".join(medication) or "foliumzuur, vitamine D",
        "history_cardiovascular": yes(traits.has_hypertension),
        "history_thyroid": yes(thyroid),
        "history_diabetes": "no",
        "history_operation": yes(traits.had_caesarean or draw.happens(0.1)),
        "history_psychiatric": yes(traits.is_vulnerable and draw.happens(0.5)),
        "history_explanation": " ".join(explained) or None,
        "family_history": draw.one_of(
            ("Moeder suikerziekte type 2.", "Geen bijzonderheden.", "Vader hoge bloeddruk.",
             "Zus tweeling.")
        ),
        "consanguinity": "no",
        "genital_mutilation": "no",
        "pertussis_vaccination": yes(story.weeks(story.today) > 24) if not story.is_born else "yes",
    }  # fmt: skip
    pages.add("anamnesis", place_of(story), story.version.first_intake_on, values)


def _history(pages: Pages, story: Story, traits: Traits, draw: Draw) -> None:
    if not traits.earlier:
        return
    numbered = {
        number: _earlier_values(one, traits, draw)
        for number, one in enumerate(traits.earlier, start=1)
    }
    day = story.version.first_intake_on
    pages.add("obstetric_history", place_of(story), day, {}, numbered=numbered)


def _earlier_values(one: Earlier, traits: Traits, draw: Draw) -> dict[str, str | None]:
    values: dict[str, str | None] = {
        "earlier_year": str(one.ended_on.year),
        "earlier_ending": "birth" if one.is_birth else "miscarriage",
        "earlier_gestation_weeks": str(one.weeks),
    }
    if not one.is_birth:
        return values
    caesarean = one.mode.startswith("caesarean")
    return values | {
        "earlier_children": "1",
        "earlier_birth_mode": one.mode,
        "earlier_blood_loss": str(draw.whole(22, 30) * 50 if one.haemorrhage else
                                  draw.whole(3, 14) * 50),
        "earlier_haemorrhage": yes(one.haemorrhage),
        "earlier_perineum": None if caesarean else draw.one_of(
            ("intact", "first", "second", "episiotomy")
        ),
        "earlier_birth_date": one.ended_on.isoformat(),
        "earlier_born_alive": "yes",
        "earlier_sex": draw.one_of(("girl", "boy")),
        "earlier_weight": str(one.weight),
        "earlier_apgar_5": str(draw.whole(8, 10)),
        "earlier_feeding": draw.one_of(("breast", "bottle", "both")),
        "earlier_hypertension": "gestational" if traits.has_hypertension else "none",
        "earlier_diabetes": yes(traits.has_diabetes and draw.happens(0.3)),
    }  # fmt: skip


def _how_she_lives(pages: Pages, story: Story, traits: Traits, draw: Draw) -> None:
    place, day = place_of(story), story.version.first_intake_on
    home = str(min(traits.parity, 6))
    pages.add(
        "psychosocial",
        place,
        day,
        {
            "psychiatry": yes(traits.is_vulnerable and draw.happens(0.4)),
            "depression_screening": "raised" if traits.is_vulnerable else "low",
            "social_problems": draw.one_of(("debts", "housing", "no_network", "work"))
            if traits.is_vulnerable
            else "none",
            "social_network": "Weinig familie in de buurt."
            if traits.is_vulnerable
            else "Ouders en vrienden in de buurt.",
            "marital_status": draw.one_of(("married", "together", "together")),
            "family_composition": "alone" if traits.is_vulnerable and draw.happens(0.3)
            else "partner",
            "children_at_home": home,
            "housing": draw.one_of(("house", "house", "flat")),
            "abuse": draw.weighed([("none", 0.93), ("past", 0.05), ("not_asked", 0.02)]),
            "prenatal_home_visit": yes(True) if traits.is_vulnerable else None,
        },
    )  # fmt: skip
    pages.add(
        "lifestyle",
        place,
        day,
        {
            "smoking": "yes" if traits.smokes
            else draw.weighed(
                [("never", 0.78), ("stopped_before", 0.14), ("stopped_during", 0.08)]
            ),
            "cigarettes_per_day": str(draw.whole(3, 12)) if traits.smokes else None,
            "partner_smokes": yes(draw.happens(0.2)),
            "alcohol": draw.weighed([("never", 0.6), ("stopped", 0.4)]),
            "drugs": "never",
            "folic_acid": draw.weighed([("before", 0.62), ("during", 0.33), ("none", 0.05)]),
            "vitamin_d": yes(draw.happens(0.85)),
            "exercise": draw.one_of(("wandelt dagelijks", "fietst naar het werk", "yoga, zwemmen")),
        },
    )  # fmt: skip


def _due_date(pages: Pages, story: Story) -> None:
    """Add the due date by the last period, and once a scan told it, by that."""
    place, version = place_of(story), story.version
    scans = story.of("V-ECT", "E-TER")
    if scans:
        scan = scans[0]
        if story.first_due_on != version.due_on:
            _due_page(pages, story, story.first_due_on, "last_period", version.first_intake_on, 5)
        pages.add(
            "due_date",
            scan,
            scan.day,
            {
                "due_date": version.due_on.isoformat(),
                "due_date_method": "crl",
                "due_date_precision_days": str(version.due_precision_days),
                "due_date_determined_on": scan.day.isoformat(),
                "fetus_count": str(story.children),
                "chorionicity": "dichorionic" if story.children > 1 else None,
            },
            name="-scan",
        )
        return
    assert place.organisation_id
    _due_page(
        pages, story, version.due_on, "last_period", version.first_intake_on,
        version.due_precision_days,
    )  # fmt: skip


def _due_page(
    pages: Pages, story: Story, due_on: date, method: str, day: date, precision: int
) -> None:
    pages.add(
        "due_date",
        place_of(story),
        day,
        {
            "due_date": due_on.isoformat(),
            "due_date_method": method,
            "due_date_precision_days": str(precision),
            "due_date_determined_on": day.isoformat(),
            "fetus_count": str(story.children) if due_on == story.version.due_on else None,
        },
    )


def risk_of(story: Story, traits: Traits) -> tuple[str, str, str]:
    """Return her status by the list of indications, why, and what was concluded."""
    if story.children > 1:
        return "C", "Tweeling.", "high"
    if traits.has_hypertension:
        return "C", "Hoge bloeddruk van vóór de zwangerschap.", "high"
    if traits.had_caesarean:
        return "D", "Eerdere keizersnede: bevalling in het ziekenhuis.", "place"
    if traits.had_haemorrhage:
        return "D", "Veel bloedverlies bij een eerdere bevalling.", "place"
    if traits.bmi >= 35:
        return "B", "BMI boven 35: overleg over plaats van de bevalling.", "consult"
    if traits.is_vulnerable:
        return "B", "Sociaal kwetsbaar: afgesproken in het MDO te bespreken.", "mdo"
    return "A", "Geen bijzonderheden in de voorgeschiedenis.", "low"


def _risk(pages: Pages, story: Story, traits: Traits) -> None:
    place, version = place_of(story), story.version
    status, why, conclusion = risk_of(story, traits)
    alerts = []
    if traits.allergy not in ("none", "food"):
        names = {"penicillin": "penicilline", "latex": "latex", "plaster": "pleisters"}
        alerts.append(f"Allergie: {names[traits.allergy]}")
    if traits.had_haemorrhage:
        alerts.append("Eerder veel bloedverlies")
    if traits.is_rhesus_negative:
        alerts.append("Rhesus-negatief")
    first = {
        "vil_status": status,
        "risk_why": why,
        "risk_conclusion": conclusion,
        "risk_policy": "pathway",
        "alerts": "; ".join(alerts) or None,
    }
    pages.add("risk", place, version.first_intake_on, first)
    if traits.has_diabetes:
        curves = story.of("L-GLU")
        day = next(act.day for act in curves if sum(other.day == act.day for other in curves) >= 4)
        later = {
            "vil_status": "C",
            "risk_why": "Zwangerschapsdiabetes.",
            "risk_conclusion": "consult",
            "risk_policy": "pathway",
            "alerts": "; ".join([*alerts, "Zwangerschapsdiabetes"]),
        }
        pages.add("risk", place, day, later, name="-diabetes")
        pages.add(
            "complication",
            place,
            day,
            {
                "complications_pregnancy": "diabetes",
                "complication_since": day.isoformat(),
                "complication_explanation": "Afwijkende suikertest. Dieetadvies, dagcurves thuis.",
            },
        )
