"""What kind of woman she is, drawn once, so that one page of her record does not deny another.

What her acts say counts first: who measures her glucose four times a day has diabetes, who hears of
kraamzorg by telephone had a child before. Every rate here is our own choice.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from ooievaar.simulator.dossiers.draws import Draw
from ooievaar.simulator.dossiers.stories import Story

DAY_CURVE = 4
"""Glucose so often on one day is a day curve."""
FIRST_INFANT = 0.45
BREECH_ACTS = ("037610", "V-UIT", "037652", "037752")


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier pregnancy: how it ended, when, and what a later one should know."""

    ended_on: date
    is_birth: bool
    weeks: int
    mode: str = ""
    weight: int = 0
    haemorrhage: bool = False


@dataclass(frozen=True, slots=True)
class Traits:
    """What stays the same in one record."""

    earlier: tuple[Earlier, ...]
    height: int
    weight_before: float
    systolic: float
    diastolic: float
    hb: float
    growth_sds: tuple[float, ...]
    has_diabetes: bool
    has_hypertension: bool
    is_breech: bool
    smokes: bool
    is_vulnerable: bool
    allergy: str
    blood_group: str
    is_rhesus_negative: bool
    breastfeeds: bool
    sexes: tuple[str, ...]
    language: str

    @property
    def parity(self) -> int:
        """How many earlier births."""
        return sum(one.is_birth for one in self.earlier)

    @property
    def gravidity(self) -> int:
        """How many pregnancies, this one too."""
        return len(self.earlier) + 1

    @property
    def had_caesarean(self) -> bool:
        """Tell whether an earlier birth was a caesarean section."""
        return any(one.mode.startswith("caesarean") for one in self.earlier)

    @property
    def had_haemorrhage(self) -> bool:
        """Tell whether she lost much blood in an earlier birth."""
        return any(one.haemorrhage for one in self.earlier)

    @property
    def bmi(self) -> float:
        """Her body mass index before the pregnancy."""
        return self.weight_before / (self.height / 100) ** 2


def traits_of(story: Story, seed: int) -> Traits:
    """Draw what kind of woman she is; equal seeds give equal women."""
    draw = Draw(seed, f"{story.reference} traits")
    height = round(draw.around(168, 6.5, 148, 189))
    bmi = draw.around(24.6, 4.0, 18, 39)
    glucose = Counter(act.day for act in story.of("L-GLU"))
    under = bool(story.codes & {"G-CON", "G-HER"}) and story.children == 1
    has_diabetes = any(times >= DAY_CURVE for times in glucose.values())
    has_hypertension = under and not has_diabetes and draw.happens(0.16)
    return Traits(
        earlier=_earlier(story, draw),
        height=height,
        weight_before=round(bmi * (height / 100) ** 2, 1),
        systolic=draw.around(126 if has_hypertension else 111, 5, 96, 134),
        diastolic=draw.around(80 if has_hypertension else 67, 4, 55, 86),
        hb=draw.around(7.8, 0.45, 6.6, 9.0),
        growth_sds=tuple(
            draw.around(0.4 if has_diabetes else 0.0, 0.75, -1.9, 1.9)
            - (0.5 if story.children > 1 else 0)
            for _ in range(story.children)
        ),
        has_diabetes=has_diabetes,
        has_hypertension=has_hypertension,
        is_breech=bool(story.codes & set(BREECH_ACTS)),
        smokes=draw.happens(0.08),
        is_vulnerable=draw.happens(0.12),
        allergy=draw.weighed(
            [("none", 0.82), ("penicillin", 0.07), ("latex", 0.03), ("plaster", 0.04),
             ("food", 0.04)]
        ),
        blood_group=draw.weighed([("O", 0.45), ("A", 0.43), ("B", 0.09), ("AB", 0.03)]),
        is_rhesus_negative=draw.happens(0.14),
        breastfeeds=draw.happens(0.68),
        sexes=tuple(draw.one_of(("girl", "boy")) for _ in range(story.children)),
        language=draw.weighed(
            [("Nederlands", 0.82), ("Engels", 0.05), ("Arabisch", 0.05), ("Pools", 0.04),
             ("Turks", 0.04)]
        ),
    )  # fmt: skip


def _earlier(story: Story, draw: Draw) -> tuple[Earlier, ...]:
    """Return her earlier pregnancies: those of the region, and as many as her acts ask for."""
    intake = story.version.first_intake_on
    known = [_birth(day, draw) for day in story.earlier_births]
    known += [Earlier(day, False, draw.whole(7, 12)) for day in story.earlier_losses]
    if "KZ-INTT" in story.codes:
        had_birth = True
    elif "KZ-INT" in story.codes:
        had_birth = False
    else:
        had_birth = not draw.happens(FIRST_INFANT)
    if had_birth and not story.earlier_births:
        years = draw.whole(2, 5)
        known.append(_birth(intake - timedelta(days=365 * years + draw.whole(0, 200)), draw))
        if draw.happens(0.3):
            years += draw.whole(2, 3)
            known.append(_birth(intake - timedelta(days=365 * years + draw.whole(0, 200)), draw))
    if not story.earlier_losses and draw.happens(0.2):
        ended = intake - timedelta(days=draw.whole(120, 700))
        clear = all(abs((one.ended_on - ended).days) > 330 for one in known)
        known += [Earlier(ended, False, draw.whole(6, 12))] if clear else []
    return tuple(sorted(known, key=lambda one: one.ended_on))


def _birth(day: date, draw: Draw) -> Earlier:
    weeks = draw.weighed([(36, 0.05), (38, 0.2), (39, 0.3), (40, 0.3), (41, 0.15)])
    mode = draw.weighed(
        [("spontaneous", 0.76), ("vacuum", 0.09), ("caesarean_secondary", 0.1),
         ("caesarean_primary", 0.05)]
    )  # fmt: skip
    weight = round(draw.around(3100 + 90 * (weeks - 37), 380, 2050, 4700) / 5) * 5
    return Earlier(day, True, weeks, mode, weight, haemorrhage=draw.happens(0.06))
