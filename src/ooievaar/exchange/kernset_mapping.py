"""From kernset dossiers to one pregnancy and its activities. Pure; explained in docs/kernset.md.

The kernset tells who was responsible when, not every contact: one activity stands for what is
known to have happened, and what has no code of its own is left out and said so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, Protocol

from ooievaar.exchange.kernset import Child, Dossier
from ooievaar.kernel.gestation import gestation_days

Line = Literal["first", "second"]

SAME_PREGNANCY_DAYS = 14
"""Due dates of two dossiers of one pregnancy may differ this much."""
FOLLOW_UP_DAYS = 42
IMMATURE_DAYS = 196
ENDED_WITH_REFERRAL_DAYS = 7

INTAKE, ONGOING, LABOUR, EXPULSION, PLACENTA, FIRST_DAY, FIRST_WEEK, FOLLOW_UP = range(1, 9)
END_KINDS = {
    "1": "birth",
    "2": "miscarriage",
    "3": "termination",
    "4": "ectopic",
    "5": "miscarriage",
}
TRANSFER = "308292007"
CLINICAL_MIDWIFE_ROLES = {"25", "449161006+310188001"}
DOCTOR_ROLES = {"01.046", "22", "23", "24", "13"}
SPONTANEOUS = {"177184002", "48782003"}
ASSISTED = {"3311000146109", "302383004", "61586001", "417121007"}
CAESAREAN = {"11466000", "80771000146107", "177141003", "274130007", "80801000146105", "236990004"}
PLANNED_CAESAREAN = {"80771000146107", "177141003"}
INDUCTION = {
    "236958009",
    "236965001",
    "236966000",
    "425861005",
    "177135005",
    "177136006",
    "408818004",
}
BREECH = {"6096002", "18559007", "38049006", "49168004"}
HOSPITAL, BIRTH_CENTRE, HOME = "22232009", "23", "169813005"
EPIDURAL, NITROUS_OXIDE = "18946005", "426060003"
SECOND_LINE_RISKS = {"3", "5"}
PLACE_INDICATION = "4"
GYNAECOLOGY, ANAESTHESIA, PAEDIATRICS = "0307", "0389", "0316"


class AddAct(Protocol):
    """How an act is added: the element it comes from, its code and day, and who did it."""

    def __call__(
        self, element: str, code: str, on: date, who: str = ..., specialism: str = ...
    ) -> None:
        """Add it."""


@dataclass(frozen=True)
class Act:
    """Something done: `reference` is unique, `provider` is the number that the dossier uses."""

    reference: str
    file: str
    provider: str
    code: str
    on: date
    minute: int | None = None
    specialism: str = ""


@dataclass(frozen=True)
class Course:
    """What the dossiers together tell of one pregnancy; `number` is that of its first care."""

    number: str
    first_intake_on: date
    first_intake_provider: str
    due_on: date
    end_kind: str
    ended_on: date | None
    ended_precision_days: int
    birth_on: date | None
    children: int
    labour_on: date | None
    labour_minute: int | None
    acts: tuple[Act, ...]
    notes: tuple[str, ...]


def provider_of(dossier: Dossier) -> str:
    """Return the number by which a dossier names its provider: LVR id, or else AGB."""
    return dossier.lvr_id or dossier.agb


def same_woman(one: Dossier, other: Dossier) -> bool:
    """Tell whether two dossiers are of one woman: by BSN, or else by birth date and postcode."""
    if one.bsn and other.bsn:
        return one.bsn == other.bsn
    known = one.born_on is not None and bool(one.postcode)
    return known and (one.born_on, one.postcode) == (other.born_on, other.postcode)


def same_pregnancy(one: Dossier, other: Dossier) -> bool:
    """Tell whether two dossiers are of one pregnancy: one woman, and due dates that agree."""
    apart = abs((one.due_on - other.due_on).days)
    return apart <= SAME_PREGNANCY_DAYS and same_woman(one, other)


def join_dossiers(dossiers: Iterable[Dossier]) -> list[list[Dossier]]:
    """Return the dossiers of each pregnancy together, each group in order of start."""
    groups: list[list[Dossier]] = []
    for dossier in sorted(dossiers, key=lambda d: (d.started_on, d.number)):
        near = [group for group in groups if any(same_pregnancy(dossier, d) for d in group)]
        joined = [dossier, *(d for group in near for d in group)]
        groups = [group for group in groups if group not in near]
        groups.append(sorted(joined, key=lambda d: (d.started_on, d.number)))
    return sorted(groups, key=lambda group: (group[0].started_on, group[0].number))


def line_of(dossier: Dossier, discipline: str = "", agb: str = "") -> Line:
    """Return whether a dossier is of the first or the second line.

    By the organisation's discipline; else its kind of AGB (08 midwives, 03 and 06 hospital); else
    by what the dossier itself says: the hospital of birth, the referral, the risk, the roles.
    """
    if discipline:
        return "second" if discipline in ("hospital", "gynaecologists") else "first"
    if agb[:2] in ("08", "03", "06"):
        return "first" if agb[:2] == "08" else "second"
    own = {dossier.lvr_id, dossier.agb} - {""}
    if own & {child.hospital for child in dossier.children}:
        return "second"
    for referral in dossier.referrals:
        if referral.to_second_line and own & {referral.from_number, referral.to_number}:
            return "first" if referral.from_number in own else "second"
        if referral.to_first_line and own & {referral.from_number, referral.to_number}:
            return "second" if referral.from_number in own else "first"
    if dossier.risk_after_intake:
        return "second" if dossier.risk_after_intake in SECOND_LINE_RISKS else "first"
    roles = {role for child in dossier.children for role in (child.supervisor, child.catcher)}
    return "second" if roles & (DOCTOR_ROLES | CLINICAL_MIDWIFE_ROLES) else "first"


def map_course(dossiers: Sequence[Dossier], lines: Mapping[str, Line]) -> Course:
    """Map the dossiers of one pregnancy (in order of start); `lines` is by dossier number."""
    started = next((d for d in dossiers if INTAKE in d.periods), dossiers[0])
    first = min([started, dossiers[0]], key=lambda d: d.started_on)
    notes: list[str] = []
    if INTAKE not in first.periods:
        notes.append(
            f"dossier {first.number} begint niet met de intake; de start van verantwoordelijkheid "
            f"({first.started_on}) geldt als eerste intake"
        )
    births = [child.born for d in dossiers for child in d.children if child.born]
    days = sorted(birth.day for birth in births)
    endings = [END_KINDS[d.ending] for d in dossiers if d.ending in END_KINDS]
    end_kind = "birth" if days else next((kind for kind in endings if kind != "birth"), "ongoing")
    ended_on, precision = (days[-1], 0) if days else (None, 0)
    if end_kind not in ("birth", "ongoing"):
        ended_on, precision = _end_without_date(dossiers, notes), FOLLOW_UP_DAYS // 3
        if ended_on is None:
            end_kind, precision = "ongoing", 0
    elif not days and "birth" in endings:
        notes.append("een partus zonder geboortedatum: de zwangerschap geldt als lopend")
    labour = next(
        (d.labour for d in dossiers if d.labour and days and d.labour.day <= days[0]), None
    )
    labour_on = labour.day if labour else _planned_start(dossiers, days)
    acts = [act for d in dossiers for act in _care_acts(d, lines[d.number], days, dossiers, notes)]
    acts += _birth_acts(dossiers, lines, notes)
    return Course(
        number=first.number,
        first_intake_on=first.started_on,
        first_intake_provider=provider_of(first),
        due_on=dossiers[-1].due_on,
        end_kind=end_kind,
        ended_on=ended_on,
        ended_precision_days=precision,
        birth_on=days[0] if days else None,
        children=max([1, len(set(births)), *(d.children_count for d in dossiers)]),
        labour_on=labour_on,
        labour_minute=labour.minute if labour else None,
        acts=tuple(acts),
        notes=tuple(notes),
    )


def _end_without_date(dossiers: Sequence[Dossier], notes: list[str]) -> date | None:
    ends = [d.ended_on for d in dossiers if d.ended_on]
    if not ends:
        notes.append("het einde heeft geen datum: de zwangerschap geldt als lopend")
        return None
    notes.append(
        "het einde heeft in de kernset geen datum: het einde van de zorg geldt (± 14 dagen)"
    )
    return max(ends)


def _planned_start(dossiers: Sequence[Dossier], days: Sequence[date]) -> date | None:
    planned = any(set(d.interventions) & PLANNED_CAESAREAN for d in dossiers)
    return days[0] if planned and days else None


def _care_acts(
    dossier: Dossier, line: Line, births: Sequence[date], all_dossiers: Sequence[Dossier],
    notes: list[str],
) -> list[Act]:  # fmt: skip
    """Intake, checks, referral, paediatrician before birth, and care after the birth."""
    provider, first_line = provider_of(dossier), line == "first"
    acts: list[Act] = []

    def add(element: str, code: str, on: date, who: str = provider, specialism: str = "") -> None:
        if not any(act.reference == f"{dossier.number}/{element}" for act in acts):
            acts.append(
                Act(f"{dossier.number}/{element}", dossier.file, who, code, on, None, specialism)
            )

    before_birth = not births or dossier.started_on < births[0]
    if first_line and INTAKE in dossier.periods:
        add("intake", "V-INT", dossier.started_on)
    if not first_line and before_birth and dossier.periods & {INTAKE, ONGOING}:
        add("consult", "G-CON", dossier.started_on, specialism=GYNAECOLOGY)
    for day in dossier.checks:
        if first_line:
            add(f"controle-{day}", "V-CON", day)
        elif day != dossier.started_on:
            add(f"controle-{day}", "G-HER", day, specialism=GYNAECOLOGY)
    for referral in dossier.referrals if first_line else ():
        own = not referral.from_number or referral.from_number in (dossier.lvr_id, dossier.agb)
        if not own or not referral.to_second_line or referral.on is None:
            continue
        left = dossier.ended_on is not None and (
            dossier.ended_on <= referral.on + timedelta(days=ENDED_WITH_REFERRAL_DAYS)
        )
        if referral.kind == TRANSFER or left:
            add(f"verwijzing-{referral.on}", "V-VER", referral.on)
        else:
            notes.append(
                f"dossier {dossier.number}: een consult is geen overdracht, dus geen V-VER"
            )
    for child in dossier.children:
        for day, hospital in child.paediatrician:
            if births and day < births[0]:
                add(f"kinderarts-{day}", "K-CON", day, hospital or provider, PAEDIATRICS)
            else:
                notes.append(f"dossier {dossier.number}: de kinderarts na de geboorte is zorg voor "
                             "het kind en heeft hier geen code")  # fmt: skip
    if births:
        _add_after_birth(add, dossier, first_line, births[-1], all_dossiers)
    return acts


def _add_after_birth(
    add: AddAct, dossier: Dossier, first_line: bool, born_on: date, dossiers: Sequence[Dossier]
) -> None:
    day = max(born_on + timedelta(days=1), dossier.started_on)
    in_hospital = any(child.place == HOSPITAL for d in dossiers for child in d.children)
    if dossier.periods & {FIRST_DAY, FIRST_WEEK}:
        if first_line:
            add("kraambed", "V-PP", day)
        elif in_hospital:
            add("kraambed", "G-KBD", day, specialism=GYNAECOLOGY)
    if FOLLOW_UP in dossier.periods:
        day = max(day, born_on + timedelta(days=FOLLOW_UP_DAYS))
        if dossier.ended_on is not None and dossier.ended_on > born_on + timedelta(days=7):
            day = min(day, dossier.ended_on)
        code = "V-ZES" if first_line else "G-NAC"
        add("nacontrole", code, day, specialism="" if first_line else GYNAECOLOGY)


def _birth_acts(
    dossiers: Sequence[Dossier], lines: Mapping[str, Line], notes: list[str]
) -> list[Act]:
    """The birth itself, once: from the dossier that was responsible for the expulsion."""
    attending = [d for d in dossiers if d.periods & {LABOUR, EXPULSION, PLACENTA}]
    with_births = [d for d in attending if any(child.born for child in d.children)]
    main = max(with_births, key=lambda d: (EXPULSION in d.periods, d.started_on), default=None)
    acts: list[Act] = []
    for dossier in attending:
        if lines[dossier.number] == "first":
            acts += _midwife_birth(dossier, main)
    if main is None:
        if attending:
            notes.append("van de baring is geen uitkomst bekend")
        return acts
    if lines[main.number] == "second":
        acts += _second_line_birth(main, notes)
    acts += _place_of_birth(main, lines[main.number], notes)
    return acts


def _midwife_birth(dossier: Dossier, main: Dossier | None) -> list[Act]:
    born = next((child.born for child in (main or dossier).children if child.born), None)
    # Who handed over in labour attended its beginning; who stayed attended the birth.
    moment = born if dossier is main else (dossier.labour or born)
    if moment is None:
        return []
    return [Act(f"{dossier.number}/baring", dossier.file, provider_of(dossier), "V-PAR",
                moment.day, moment.minute)]  # fmt: skip


def _second_line_birth(dossier: Dossier, notes: list[str]) -> list[Act]:
    provider, file = provider_of(dossier), dossier.file
    children = [child for child in dossier.children if child.born]
    born = max(child.born for child in children if child.born)  # type: ignore[type-var]
    acts: list[Act] = []

    def add(element: str, code: str, specialism: str, minute: int | None = None) -> None:
        acts.append(
            Act(f"{dossier.number}/{element}", file, provider, code, born.day, minute, specialism)
        )

    if set(dossier.interventions) & INDUCTION:
        start = dossier.labour.day if dossier.labour else born.day
        acts.append(
            Act(f"{dossier.number}/inleiding", file, provider, "G-IND", start, None, GYNAECOLOGY)
        )
    roles = {role for child in children for role in (child.catcher, child.supervisor) if role}
    caesarean = any(child.way in CAESAREAN for child in children)
    code = _birth_code(dossier, children)
    if code and (caesarean or not roles or roles & DOCTOR_ROLES):
        add("baring", code, GYNAECOLOGY, born.minute)
    elif not code:
        notes.append(f"dossier {dossier.number}: deze wijze van partus heeft hier geen code")
    if roles & CLINICAL_MIDWIFE_ROLES:
        add("klinisch", "G-KVM", "")
    relief = {method for child in children for method in child.pain_relief}
    if EPIDURAL in relief:
        add("ruggenprik", "039683", ANAESTHESIA)
    if NITROUS_OXIDE in relief:
        add("lachgas", "199803", "")
    return acts


def _birth_code(dossier: Dossier, children: Sequence[Child]) -> str:
    """One code for the delivery: caesarean before assisted before spontaneous."""
    ways = {child.way for child in children}
    if ways & CAESAREAN:
        return "G-SEC"
    if not ways & (ASSISTED | SPONTANEOUS):
        return ""
    first = min(child.born.day for child in children if child.born)
    if gestation_days(dossier.due_on, first) < IMMATURE_DAYS:
        return "037590"
    many = len(children) > 1 or dossier.children_count > 1
    breech = any(child.lie in BREECH for child in children)
    kind = "3" if many else "2" if breech else "1"
    return ("03775" if ways & ASSISTED else "03765") + kind


def _place_of_birth(dossier: Dossier, line: Line, notes: list[str]) -> list[Act]:
    """A first-line birth in a hospital (or a birth centre with a number) has a facility."""
    child = next(child for child in dossier.children if child.born)
    if line == "second" or child.born is None or child.place in ("", HOME):
        return []
    if not child.hospital:
        if child.place in (HOSPITAL, BIRTH_CENTRE):
            notes.append(f"dossier {dossier.number}: van de plaats van de baring is geen nummer "
                         "gegeven, dus geen 190036")  # fmt: skip
        return []
    code = "190037" if dossier.risk_before_birth == PLACE_INDICATION else "190036"
    return [Act(f"{dossier.number}/plaats", dossier.file, child.hospital, code,
                child.born.day, child.born.minute)]  # fmt: skip
