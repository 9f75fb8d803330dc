"""Contacts in pregnancy: checks, telephone, consults, days in hospital, procedures, referrals."""

from datetime import date, timedelta

from ooievaar.kernel.gestation import format_gestation
from ooievaar.simulator.dossiers.beginning import intake_values
from ooievaar.simulator.dossiers.draws import Draw, text_of
from ooievaar.simulator.dossiers.pages import Pages
from ooievaar.simulator.dossiers.stories import ActDone, Story
from ooievaar.simulator.dossiers.traits import Traits

COMPLAINTS = {
    0: ("Misselijk, eet kleine beetjes.", "Moe.", "Geen klachten."),
    20: ("Bandenpijn bij het lopen.", "Geen klachten, voelt leven.", "Maagzuur in de avond."),
    30: ("Harde buiken aan het eind van de dag.", "Slaapt onrustig.", "Geen klachten.",
         "Lage rugpijn."),
    36: ("Af en toe voorweeën.", "Vocht in de enkels.", "Geen klachten.",
         "Klaar voor de bevalling."),
}  # fmt: skip
FINDINGS = ("Goed consult, geen bijzonderheden.", "Vragen over verlof en reizen besproken.",
            "Groei en bloeddruk zoals verwacht.", "Partner mee, vragen besproken.")  # fmt: skip
POLICY = ("Volgende controle volgens plan.", "Controle volgens plan, eerder bij klachten.",
          "Uitleg over wanneer te bellen.")  # fmt: skip
CALLS = (
    ("Bloedverlies, weinig en bruin.", "Afwachten, bellen bij helderrood verlies."),
    ("Minder leven gevoeld.", "Gerustgesteld na liggen en tellen; bellen bij twijfel."),
    ("Harde buiken.", "Rust, paracetamol; bellen als ze om de tien minuten komen."),
    ("Vraag over medicijnen.", "Paracetamol mag."),
    ("Uitslag van het bloedonderzoek.", "Uitslag besproken, goed."),
)
AFTER = (
    ("Borstvoeding doet pijn.", "Aanleghouding besproken, kraamverzorgende kijkt mee."),
    ("Vraag over hechtingen.", "Spoelen, gaat vanzelf over."),
)


def add_check(pages: Pages, story: Story, traits: Traits, act: ActDone, draw: Draw) -> None:
    """Add a check in pregnancy by a midwife."""
    values = found_at(story, traits, act.day, draw)
    values["contact_kind"] = "prenatal"
    values["next_contact"] = _next(story, act)
    pages.add("prenatal_contact", act, act.day, values, acts=[act])


def found_at(story: Story, traits: Traits, day: date, draw: Draw) -> dict[str, str | None]:
    """Return what is measured and asked at a check, by how far she is."""
    weeks = story.weeks(day)
    rise = 9 if traits.has_hypertension and weeks > 30 else 0
    values: dict[str, str | None] = {
        "blood_pressure_systolic": text_of(traits.systolic + rise + draw.around(0, 4, -9, 9)),
        "blood_pressure_diastolic": text_of(
            traits.diastolic + rise / 1.5 + draw.around(0, 3, -7, 7)
        ),
        "weight": text_of(weight_at(traits, weeks) + draw.around(0, 0.5, -1, 1), 1),
        "complaints": draw.one_of(COMPLAINTS[max(week for week in COMPLAINTS if week <= weeks)]
                                  if weeks >= 0 else COMPLAINTS[0]),
        "findings": draw.one_of(FINDINGS),
        "policy": draw.one_of(POLICY),
    }  # fmt: skip
    if weeks >= 12:
        values["fetal_heart_rate"] = str(draw.whole(128, 154))
        values["fetal_heart_rhythm"] = "regular"
    if weeks >= 18:
        values["fetal_movements"] = "good"
    if 20 <= weeks < 43:
        high = 2 if story.children > 1 else 0
        small = -1 if weeks >= 36 else 0
        values["fundus_height"] = text_of(
            min(weeks + high + small + draw.around(traits.growth_sds[0], 0.7, -2, 2), 42)
        )
    if weeks >= 28:
        is_breech = traits.is_breech and weeks < 37
        values["fetal_lie"] = "breech" if is_breech else "head"
    if weeks >= 36:
        values["engagement"] = draw.one_of(("none", "partly", "partly", "engaged"))
        values["oedema"] = draw.one_of(("none", "little"))
    return values


def weight_at(traits: Traits, weeks: float) -> float:
    """Return her weight: some at first, then nearly half a kilo a week."""
    return traits.weight_before + min(weeks, 12) * 0.1 + max(weeks - 12, 0) * 0.42


def add_intake(pages: Pages, story: Story, traits: Traits, act: ActDone, draw: Draw) -> None:
    """Add the intake, or that of who took her over."""
    is_first = act.day <= story.version.first_intake_on
    values = intake_values(story, traits, draw, act.day)
    values["intake_kind"] = "first" if is_first else "taken_over"
    if act.code == "V-PRE":
        values = {
            "intake_kind": "preconception",
            "policy": "Foliumzuur gestart, adviezen over voeding en werk.",
        }
    pages.add("intake", act, act.day, values, acts=[act])


def add_consult(pages: Pages, story: Story, traits: Traits, act: ActDone, draw: Draw) -> None:
    """Add a consult in the second line, or of the paediatrician before the birth."""
    if act.code == "K-CON":
        values: dict[str, str | None] = {
            "consult_kind": "paediatric",
            "consult_question": "Gesprek over opvang van het kind na de geboorte.",
            "consult_answer": "Kinderarts aanwezig bij de geboorte; observatie van 24 uur.",
        }
    else:
        values = found_at(story, traits, act.day, draw) if story.version.ended_on is None or (
            act.day <= story.version.ended_on) else {}  # fmt: skip
        keep = {
            "blood_pressure_systolic", "blood_pressure_diastolic", "weight", "fundus_height",
            "fetal_lie", "fetal_heart_rate", "fetal_movements", "findings", "complaints", "policy",
        }  # fmt: skip
        values = {key: value for key, value in values.items() if key in keep}
        is_first = act.code == "G-CON"
        values["consult_kind"] = "first" if is_first else "repeat"
        if is_first:
            values["consult_question"] = f"{reason_of(story, traits)} Graag uw beleid."
            values["consult_answer"] = answer_of(story, traits)
    pages.add("consult", act, act.day, values, acts=[act])


def reason_of(story: Story, traits: Traits) -> str:
    """Return why she sees the second line, in a sentence."""
    if story.children > 1:
        return "Tweeling."
    if traits.has_diabetes:
        return "Zwangerschapsdiabetes."
    if traits.has_hypertension:
        return "Hoge bloeddruk."
    if traits.is_breech:
        return "Stuitligging."
    if traits.had_caesarean:
        return "Eerdere keizersnede."
    if traits.growth_sds[0] < -1.2:
        return "Groei onder de lijn."
    return "Minder leven gevoeld."


def indication_of(story: Story, traits: Traits) -> str:
    """Return the same reason as the list of indications calls it; `record.handover` holds it."""
    if story.children > 1:
        return "twins"
    if traits.has_diabetes:
        return "gestational_diabetes"
    if traits.has_hypertension:
        return "chronic_hypertension"
    if traits.is_breech:
        return "breech"
    if traits.had_caesarean:
        return "caesarean_before"
    return "growth_restriction" if traits.growth_sds[0] < -1.2 else "fewer_movements"


def answer_of(story: Story, traits: Traits) -> str:
    """Return what the second line said."""
    if story.children > 1:
        return "Controles om en om, echo elke vier weken; bevalling in het ziekenhuis."
    if traits.has_diabetes:
        return "Dieet en dagcurves; groei-echo bij 28, 32 en 36 weken. Insuline als het niet lukt."
    if traits.has_hypertension:
        return "Labetalol doorgaan, bloeddruk thuis meten, echo bij 30 en 36 weken."
    if traits.is_breech:
        return "Uitwendige versie voorgesteld; anders geplande keizersnede bij 39 weken."
    if traits.had_caesarean:
        return "Vaginale bevalling mogelijk, in het ziekenhuis met CTG."
    return "Vervolgen met echo en CTG; de verloskundige controleert verder."


def add_phone(pages: Pages, story: Story, traits: Traits, act: ActDone, draw: Draw) -> None:
    """Add a call."""
    born = story.version.birth_on
    reason, advice = draw.one_of(AFTER if born is not None and act.day > born else CALLS)
    values = {"call_reason": reason, "advice": advice, "is_urgent": "no"}
    pages.add("phone_contact", act, act.day, values, acts=[act])


def add_admission(pages: Pages, story: Story, traits: Traits, act: ActDone, draw: Draw) -> None:
    """Add a day in hospital."""
    kind = {"G-DAG": "day", "G-OPN": "stay", "G-HCO": "high_care", "G-KBD": "postnatal"}[act.code]
    after = kind == "postnatal"
    rise = 10 if traits.has_hypertension and not after else 0
    values = {
        "admission_kind": kind,
        "admission_reason": "Kraambed" if after else reason_of(story, traits).rstrip("."),
        "admission_ward": "Kraamafdeling" if after else "Verloskunde",
        "blood_pressure_systolic": text_of(traits.systolic + rise + draw.around(0, 4, -8, 8)),
        "blood_pressure_diastolic": text_of(traits.diastolic + rise / 2 + draw.around(0, 3, -6, 6)),
        "temperature": text_of(draw.around(36.9, 0.2, 36.3, 37.6), 1),
        "pulse": str(draw.whole(66, 92)),
        "findings": "Buik soepel, baarmoeder goed samengetrokken." if after
        else "CTG goed, bloeddruk gevolgd.",
        "policy": draw.one_of(POLICY) if not after else "Mobiliseren, hulp bij de voeding.",
    }  # fmt: skip
    pages.add("admission", act, act.day, values, acts=[act])


def add_procedure(pages: Pages, story: Story, traits: Traits, act: ActDone, draw: Draw) -> None:
    """Add a version, an induction, contraception."""
    if act.code in ("V-UIT", "037610"):
        values = {
            "procedure_kind": "external_version",
            "procedure_indication": "Stuitligging",
            "procedure_result": draw.one_of(("success", "failed")),
            "procedure_remark": "CTG voor en na goed.",
        }
    elif act.code == "G-IND":
        values = {
            "procedure_kind": "induction",
            "induction_method": draw.one_of(("balloon", "amniotomy", "misoprostol")),
            "procedure_indication": reason_of(story, traits),
            "bishop_score": str(draw.whole(3, 7)),
            "dilatation": str(draw.whole(0, 3)),
        }
    else:
        values = {"procedure_kind": "contraception", "procedure_remark": "Spiraal geplaatst."}
    pages.add("procedure", act, act.day, values, acts=[act])


def add_referral_note(pages: Pages, story: Story, traits: Traits, act: ActDone, draw: Draw) -> None:
    """Add that she was referred to the second line."""
    weeks = format_gestation(story.gestation(act.day))
    values = {
        "note_act": "referral",
        "note_text": f"Verwezen naar de gynaecoloog bij {weeks}: {reason_of(story, traits)}",
    }
    pages.add("note", act, act.day, values, acts=[act])


def add_meeting(pages: Pages, story: Story, traits: Traits, act: ActDone, draw: Draw) -> None:
    """Add what a meeting of the second line decided."""
    values = {
        "mdo_reason": reason_of(story, traits),
        "mdo_participants": "Gynaecoloog, verloskundige, kinderarts",
        "mdo_discussion": "Verloop en wensen besproken.",
        "mdo_decision": answer_of(story, traits),
    }
    pages.add("mdo", act, act.day, values, acts=[act])


def _next(story: Story, act: ActDone) -> str | None:
    later = [one.day for one in story.of("V-CON") if one.day > act.day]
    if later:
        return later[0].isoformat()
    if story.version.ended_on is not None:
        return None
    weeks = story.weeks(act.day)
    return (act.day + timedelta(days=28 if weeks < 28 else 14 if weeks < 36 else 7)).isoformat()
