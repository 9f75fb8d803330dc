"""A kernset dossier (Perined, ADA XML) from bytes to values, or what is wrong with it. Pure.

Prevents anything that is no kernset from being half understood: another root, broken or hostile
XML, no dossier number, a date that cannot be. Every fault names file, line and element.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from lxml import etree

from ooievaar.exchange.kernset_moments import Moment, read_moment
from ooievaar.exchange.showing import shown
from ooievaar.kernel.faults import Fault
from ooievaar.kernel.gestation import TERM_DAYS
from ooievaar.kernel.identifiers import is_bsn, mask_bsn
from ooievaar.kernel.period import Period

ROOT = "kernset_geboortezorg"
LARGEST_BYTES = 5_000_000
NULL_FLAVORS = {"", "NI", "UNK", "ASKU", "NASK", "NAV", "*"}
PERIODS = frozenset(range(1, 9))


@dataclass(frozen=True)
class Referral:
    """A referral: when, from and to which number, of which kind (SNOMED), between which lines."""

    on: date | None
    from_number: str
    to_number: str
    kind: str
    to_second_line: bool
    to_first_line: bool


@dataclass(frozen=True)
class Child:
    """The birth of one child: when, where, how, and who caught and supervised."""

    born: Moment | None
    place: str
    hospital: str
    way: str
    lie: str
    catcher: str
    supervisor: str
    pain_relief: tuple[str, ...]
    paediatrician: tuple[tuple[date, str], ...]


@dataclass(frozen=True)
class Dossier:
    """What one provider wrote down of one pregnancy.

    `periods` are the perinatal periods (1 intake ... 8 follow-up) it was responsible in. Codes are
    as sent; '' is absent or unknown.
    """

    file: str
    number: str
    lvr_id: str
    agb: str
    bsn: str
    born_on: date | None
    postcode: str
    started_on: date
    ended_on: date | None
    periods: frozenset[int]
    risk_after_intake: str
    risk_before_birth: str
    referrals: tuple[Referral, ...]
    due_on: date
    checks: tuple[date, ...]
    ending: str
    children_count: int
    labour: Moment | None
    interventions: tuple[str, ...]
    children: tuple[Child, ...]


def parse_kernset(
    name: str, content: bytes, *, reference_on: date, years: Period, today: date
) -> Dossier | list[Fault]:
    """Read one dossier; `reference_on` is day T; no date may lie outside `years` or after today.

    Returns every fault that was found when there is one.
    """
    if len(content) > LARGEST_BYTES:
        found, expected = f"{len(content)} bytes", f"ten hoogste {LARGEST_BYTES} bytes"
        return [Fault(name, None, "", found, expected)]
    if not content.strip():
        return [Fault(name, None, "", "een leeg bestand", f"een kernset: <{ROOT}>")]
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        row = getattr(error, "lineno", None) or None
        return [Fault(name, row, "", "XML die niet klopt", "een heel XML-bestand van een kernset")]
    tree = root.getroottree()
    if tree.docinfo.internalDTD is not None or tree.docinfo.doctype:
        return [Fault(name, 1, "DOCTYPE", "een DOCTYPE", "XML zonder DOCTYPE")]
    if root.tag != ROOT:
        found = f"het element <{str(root.tag)[:60]}>"
        return [Fault(name, _row(root), "", found, f"een kernset: <{ROOT}>")]
    reader = _Reader(name, reference_on, years, today)
    dossier = _read_dossier(root, reader)
    return reader.faults if dossier is None or reader.faults else dossier


class _Reader:
    """Reads elements by path and gathers what is wrong."""

    def __init__(self, name: str, reference_on: date, years: Period, today: date) -> None:
        self.name, self.reference_on, self.years, self.today = name, reference_on, years, today
        self.faults: list[Fault] = []

    def fault(self, element: etree._Element, tag: str, found: str, expected: str) -> None:
        """Add a fault at the line of an element."""
        self.faults.append(Fault(self.name, _row(element), tag, found, expected))

    def missing(self, element: etree._Element, tag: str, expected: str) -> None:
        """Add that `tag` is absent under an element, unless it was there and wrong."""
        if not any(fault.column == tag for fault in self.faults):
            self.fault(element, tag, "niets", expected)

    def code(self, element: etree._Element | None, path: str) -> str:
        """Return the code (or value) at a path; '' when absent or unknown."""
        found = None if element is None else element.find(path)
        return "" if found is None else _code(found)

    def codes(self, element: etree._Element, path: str) -> tuple[str, ...]:
        """Return every code at a path."""
        return tuple(code for found in element.findall(path) if (code := _code(found)))

    def moment(
        self, element: etree._Element | None, path: str, *, years: Period | None = None
    ) -> Moment | None:
        """Return the day (and minute) at a path, or None; a fault when it cannot be."""
        found = None if element is None else element.find(path)
        text = "" if found is None else (found.get("value") or "").strip()
        if found is None or text in NULL_FLAVORS:
            return None
        tag = str(found.tag)
        moment = read_moment(text, self.reference_on)
        if moment is None:
            expected = "een datum als 2025-01-31, T-306D of T-86D{14:30}"
            self.fault(found, tag, shown(text), expected)
            return None
        span = years or self.years
        if moment.day not in span:
            expected = f"een dag van {span.start} tot {span.until}"
            self.fault(found, tag, f"{shown(text)} ({moment.day})", expected)
        elif moment.day > self.today and span.until <= self.years.until:
            expected = f"een dag niet na vandaag ({self.today})"
            self.fault(found, tag, f"{shown(text)} ({moment.day})", expected)
        return moment

    def day(self, element: etree._Element | None, path: str) -> date | None:
        """Return the day at a path, or None."""
        moment = self.moment(element, path)
        return None if moment is None else moment.day


def _row(element: etree._Element) -> int | None:
    line: Any = element.sourceline  # the stubs do not say
    return int(line) if line else None


def _code(element: etree._Element) -> str:
    # In the full ADA form `value` is a place in a list and `code` the code; lite has `value` only.
    text = (element.get("code") or element.get("value") or "").strip()
    return "" if text in NULL_FLAVORS else text


def _read_dossier(root: etree._Element, reader: _Reader) -> Dossier | None:
    care, woman, pregnancy = (root.find(tag) for tag in ("zorgverlening", "vrouw", "zwangerschap"))
    for tag, element in (("zorgverlening", care), ("vrouw", woman), ("zwangerschap", pregnancy)):
        if element is None:
            reader.fault(root, tag, "niets", "dit element")
    if care is None or woman is None or pregnancy is None:
        return None
    number = reader.code(pregnancy, "dossiernummer")
    if not number or len(number) > 60:
        reader.fault(
            pregnancy, "dossiernummer", shown(number), "een nummer van ten hoogste 60 tekens"
        )
    institution = root.find("zorgverlenerzorginstelling/zorginstelling")
    lvr_id = reader.code(institution, "zorginstelling_lvrid")
    agb = reader.code(institution, "zorginstelling_agbid")
    if not lvr_id and not agb:
        where = root if institution is None else institution
        reader.fault(where, "zorginstelling_lvrid", "niets", "het LVR-nummer van de zorgaanbieder")
    started = reader.day(care, "datum_start_zorgverantwoordelijkheid")
    if started is None:
        reader.missing(care, "datum_start_zorgverantwoordelijkheid", "een dag")
    due = _due_on(pregnancy, reader)
    children = tuple(
        _child(element, reader) for element in root.findall("uitkomst_per_kind/baring")
    )
    birth = root.find("bevalling")
    count = reader.code(birth, "aantal_geboren_kinderen")
    born_on = reader.moment(woman, "geboortedatum", years=Period(date(1900, 1, 1), reader.today))
    ended = reader.day(care, "datum_einde_zorgverantwoordelijkheid")
    labour = reader.moment(birth, "tijdstip_begin_actieve_ontsluiting")
    dossier_periods = _periods(care, reader)
    bsn = _bsn(woman, reader)
    if reader.faults or started is None or due is None:
        return None
    if ended is not None and ended < started:
        reader.fault(
            care, "datum_einde_zorgverantwoordelijkheid", str(ended), f"een dag vanaf {started}"
        )
    births = [child.born.day for child in children if child.born]
    if labour and births and labour.day > min(births):
        reader.fault(root, "tijdstip_begin_actieve_ontsluiting", str(labour.day),
                     f"een dag niet na de geboorte ({min(births)})")  # fmt: skip
    return Dossier(
        file=reader.name,
        number=number,
        lvr_id=lvr_id,
        agb=agb,
        bsn=bsn,
        born_on=born_on.day if born_on else None,
        postcode=reader.code(woman, "adres/postcode").replace(" ", "").upper()[:7],
        started_on=started,
        ended_on=ended,
        periods=dossier_periods,
        risk_after_intake=reader.code(care, "conclusie_risicostatus_na_intake"),
        risk_before_birth=reader.code(birth, "risicostatus_voor_baring"),
        referrals=tuple(_referral(element, reader) for element in care.findall("verwijsdetails")),
        due_on=due,
        checks=tuple(
            day
            for element in pregnancy.findall("prenatale_controle")
            if (day := reader.day(element, "datum_controle"))
        ),
        ending=reader.code(pregnancy, "wijze_einde_zwangerschap"),
        children_count=int(count) if count.isdecimal() and 0 < int(count) < 10 else len(children),
        labour=labour,
        interventions=()
        if birth is None
        else reader.codes(birth, "interventies_begin_baring/interventie_begin_baring"),
        children=children,
    )


def _bsn(woman: etree._Element, reader: _Reader) -> str:
    bsn = reader.code(woman, "burgerservicenummer")
    if bsn and not is_bsn(bsn):
        element = woman.find("burgerservicenummer")
        reader.fault(woman if element is None else element, "burgerservicenummer", mask_bsn(bsn),
                     "negen cijfers die de elfproef doorstaan, of leeg")  # fmt: skip
    return bsn


def _periods(care: etree._Element, reader: _Reader) -> frozenset[int]:
    tag = "eindverantwoordelijk_in_welke_perinatale_periodeq"
    periods = set()
    for element in care.findall(tag):
        code = _code(element)
        if code.isdecimal() and int(code) in PERIODS:
            periods.add(int(code))
        elif code:
            reader.fault(element, tag, shown(code), "een perinatale periode, 1 tot en met 8")
    if not periods and not care.findall(tag):
        reader.fault(care, tag, "niets", "een perinatale periode, 1 tot en met 8")
    return frozenset(periods)


def _due_on(pregnancy: etree._Element, reader: _Reader) -> date | None:
    """The definite due date; without one it follows from the gestation at a prenatal check."""
    later = Period(reader.years.start, reader.years.until + timedelta(days=300))
    moment = reader.moment(pregnancy, "definitieve_a_terme_datum", years=later)
    if moment:
        return moment.day
    for check in pregnancy.findall("prenatale_controle"):
        day, length = reader.day(check, "datum_controle"), reader.code(check, "zwangerschapsduur")
        if day and length.isdecimal() and 0 < int(length) < 320:
            return day + timedelta(days=TERM_DAYS - int(length))
    reader.missing(
        pregnancy, "definitieve_a_terme_datum", "een dag, of een controle met zwangerschapsduur"
    )
    return None


def _referral(element: etree._Element, reader: _Reader) -> Referral:
    reasons = element.find("redenen_van_verwijzing")

    def between(tag: str) -> bool:
        return reasons is not None and reasons.find(tag) is not None

    return Referral(
        on=reader.day(element, "datum_verwijzing"),
        from_number=reader.code(
            element, "verwijzing_van/zorginstelling/zorgaanbieder_identificatie_nummer"
        ),
        to_number=reader.code(
            element, "verwijzing_naar/zorginstelling/zorgaanbieder_identificatie_nummer"
        ),
        kind=reader.code(element, "verwijzing_naar/type_verwijzing"),
        to_second_line=between("van_1e_naar_2e_lijn"),
        to_first_line=between("van_2e_naar_1e_lijn"),
    )


def _child(element: etree._Element, reader: _Reader) -> Child:
    outcome = element.find("kindspecifieke_uitkomstgegevens")
    relief: list[str] = []
    for method in element.findall("kindspecifieke_maternale_gegevens/pijnbestrijding/methode"):
        relief += reader.codes(method, "methode") + reader.codes(method, "overig_middel/middel")
    involved = [] if outcome is None else outcome.findall("betrokkenheid_kinderarts")
    return Child(
        born=reader.moment(element, "demografische_gegevens/geboortedatum"),
        place=reader.code(element, "werkelijke_plaats_baring_type_locatie"),
        hospital=reader.code(element, "ziekenhuis_baring/ziekenhuisnummer_lvrid"),
        way=reader.code(outcome, "type_partus"),
        lie=reader.code(outcome, "ligging_bij_geboorte"),
        catcher=reader.code(outcome, "aanpakker_kind_groep/rol_aanpakker_kind"),
        supervisor=reader.code(outcome, "supervisor_groep/rol_supervisor"),
        pain_relief=tuple(relief),
        paediatrician=tuple(
            (day, reader.code(visit, "zorginstelling_lvrid"))
            for visit in involved
            if (day := reader.day(visit, "datum_betrokkenheid"))
        ),
    )
