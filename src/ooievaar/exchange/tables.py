"""The tables of a region, declared once: what a file holds, in which form, and what it means.

Readers, checks, the template, the simulator and the documentation all use this declaration.
Keys are natural (AGB, UZOVI, reference); periods are half-open and an empty end is an open end.
"""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["text", "integer", "date", "time", "boolean", "cents"]
Day = Literal["", "happened", "recorded", "due", "born", "period"]
Form = Literal["", "agb", "bsn", "uzovi"]

DISCIPLINES = ("midwives", "gynaecologists", "hospital", "kraamzorg", "ultrasound", "other")
END_KINDS = ("ongoing", "birth", "miscarriage", "termination", "ectopic", "moved_away", "lost")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its form, its meaning in Dutch and English, and an example.

    `day` says which dates can be: `happened` and `recorded` not after today, `due` and `happened`
    within the rule book's years. `refers` names the table whose key the value must be. A `private`
    value never stands in a message.
    """

    name: str
    kind: Kind
    nl: str
    en: str
    example: str = ""
    required: bool = False
    allowed: tuple[str, ...] = ()
    default: str = ""
    max_length: int = 0
    low: int = 0
    high: int = 32_767
    day: Day = ""
    form: Form = ""
    refers: str = ""
    private: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns, the columns that together name a row, and more example rows.

    `no_overlap` names the columns of rows whose periods may not share a day.
    """

    name: str
    nl: str
    en: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    required: bool = False
    no_overlap: tuple[str, ...] = ()
    more_examples: tuple[dict[str, str], ...] = field(default=())

    def column(self, name: str) -> Column:
        """Return the column of that name; KeyError when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def find(self, name: str) -> Column | None:
        """Return the column of that name, or None when the table has none."""
        return next((column for column in self.columns if column.name == name), None)

    @property
    def names(self) -> tuple[str, ...]:
        """The column names, in the order of the file."""
        return tuple(column.name for column in self.columns)


def _text(
    name: str, nl: str, en: str, example: str = "", length: int = 120, **more: object
) -> Column:
    return Column(name, "text", nl, en, example, max_length=length, **more)  # type: ignore[arg-type]


def _agb(name: str, nl: str, en: str, example: str, **more: object) -> Column:
    return _text(name, nl, en, example, 8, form="agb", **more)


def _period(start: str, until: str = "") -> tuple[Column, Column]:
    return (
        Column("valid_from", "date", "eerste dag", "first day", start, required=True, day="period"),
        Column(
            "valid_until",
            "date",
            "eerste dag waarop het niet meer geldt; leeg: nog geen einde",
            "first day on which it no longer holds; empty: no end yet",
            until,
            default="9999-12-31",
            day="period",
        ),
    )


def _organisation(nl: str, en: str, example: str, required: bool = True) -> Column:
    return _agb("organisation_agb", nl, en, example, required=required, refers="organisations")


_NETWORK = _text(
    "network", "naam van het netwerk", "name of the network", "IGO De Delta",
    required=True, refers="networks",
)  # fmt: skip
_REASON = "korte reden, zonder namen"
_PRACTICE, _HOSPITAL = "08000001", "06000001"

TABLES: tuple[Table, ...] = (
    Table(
        "networks", "Netwerken (VSV of IGO)", "Networks (VSV or IGO)", ("name",),
        (
            _text("name", "naam, uniek", "name, unique", "IGO De Delta", required=True),
            _text("kind", "soort: vsv of igo", "kind: vsv or igo", "igo", 3, required=True,
                  allowed=("vsv", "igo")),
            _agb("agb", "AGB-code van de IGO (begint met 53)", "AGB code of the IGO", "53000001"),
        ),
        required=True,
    ),
    Table(
        "organisations", "Zorgaanbieders", "Care providers", ("agb",),
        (
            _agb("agb", "AGB-code, acht cijfers", "AGB code, eight digits", _PRACTICE,
            required=True),
            _text("name", "naam", "name", "Verloskundigen Aan Zee", required=True),
            _text("discipline", "beroep of soort", "profession or kind", "midwives", 20,
                  required=True, allowed=DISCIPLINES),
            _text("city", "plaats", "city", "Zeedorp", 80),
        ),
        required=True,
        more_examples=(
            {"agb": _HOSPITAL, "name": "Ziekenhuis De Overkant", "discipline": "hospital",
             "city": "Overstad"},
        ),
    ),
    Table(
        "memberships", "Wie lid is van welk netwerk, vanaf wanneer", "Who is a member, since when",
        ("network", "organisation_agb", "valid_from"),
        (
            _NETWORK,
            _organisation("AGB-code van het lid", "AGB code of the member", _PRACTICE),
            _text("kind", "voting: stemhebbend; advisory: adviserend; outside_funding: doet niet "
                  "mee met de bekostiging", "voting, advisory or outside the funding agreement",
                  "voting", 16, required=True, allowed=("voting", "advisory", "outside_funding")),
            *_period("2025-01-01"),
        ),
        required=True,
        no_overlap=("network", "organisation_agb"),
    ),
    Table(
        "suppliers", "Aanbieders van buiten van wie de IGO zorg inkoopt",
        "Outside providers whose named care the IGO buys",
        ("network", "organisation_agb", "code", "valid_from"),
        (
            _NETWORK,
            _organisation("AGB-code van de leverancier", "AGB code of the supplier", _HOSPITAL),
            _text("code", "activiteitcode die wordt ingekocht", "activity code that is bought",
                  "L-HB", 16, required=True),
            *_period("2025-01-01"),
        ),
        no_overlap=("network", "organisation_agb", "code"),
    ),
    Table(
        "insurers", "Zorgverzekeraars", "Insurers", ("uzovi",),
        (
            _text("uzovi", "UZOVI-code, vier cijfers", "UZOVI code, four digits", "9001", 4,
                  required=True, form="uzovi"),
            _text("name", "naam", "name", "Zeker Verzekerd", required=True),
            _text("group_name", "concern", "group", "Zeker Groep"),
            _text("follows_uzovi",
            "verzekeraar wiens afspraken deze volgt, als zij zelf geen contract"
                  " heeft", "insurer whose terms this one follows", "", 4, form="uzovi",
                  refers="insurers"),
        ),
        required=True,
    ),
    Table(
        "contracts", "Contracten van verzekeraar en IGO", "Terms of an insurer with an IGO",
        ("reference",),
        (
            _text("reference", "eigen kenmerk, uniek", "own reference, unique", "C-2025", 40,
                  required=True),
            _NETWORK,
            _text("uzovi", "UZOVI-code", "UZOVI code", "9001", 4, required=True, form="uzovi",
                  refers="insurers"),
            *_period("2025-01-01", "2026-01-01"),
            _text("regime", "gevolg van zorg van buiten: parallel_ban (geen product), correction "
                  "(korting) of none (geen)", "consequence of outside care", "correction", 12,
                  required=True, allowed=("parallel_ban", "correction", "none")),
            Column("insurer_switch_breaks", "boolean", "breekt een overstap midden in een fase?",
                   "does a switch of insurer inside a phase break it?", "nee", default="nee"),
            Column("kraamzorg_bills_itself", "boolean", "declareert kraamzorg zelf?",
                   "does kraamzorg bill for itself?", "nee", default="nee"),
            Column("kraamzorg_unit_minutes", "integer", "afronding van kraamzorg, in minuten",
                   "rounding unit of kraamzorg, minutes", "15", default="15", low=1, high=1440),
            Column("claim_within_months", "integer", "maanden na de zorg om te declareren",
                   "months after care to claim in", "12", default="12", low=1, high=60),
            _text("parallel_codes", "codes die naast de bundel mogen, met spaties ertussen",
                  "codes allowed beside the bundle, separated by spaces", "L-HB", 4000),
        ),
        no_overlap=("network", "uzovi"),
    ),
    Table(
        "tariffs", "Tarieven per product en contract", "Tariffs per product and contract",
        ("contract", "product", "valid_from"),
        (
            _text("contract", "kenmerk van het contract", "reference of the contract", "C-2025", 40,
                  required=True, refers="contracts"),
            _text("product", "product uit het regelboek", "product of the rule book", "prenatal",
            32,
                  required=True),
            Column("cents", "cents", "tarief in eurocenten (kraamzorg: per uur)",
                   "tariff in euro cents (kraamzorg: per hour)", "123450", required=True,
                   high=10**12),
            *_period("2025-01-01", "2026-01-01"),
        ),
        no_overlap=("contract", "product"),
    ),
    Table(
        "price_list", "Prijzen op de oude wijze (ziekenhuis, echo)", "Old-way prices",
        ("organisation_agb", "code", "valid_from"),
        (
            _organisation("AGB-code; leeg: geldt voor ieder", "AGB code; empty: for everyone",
                          _PRACTICE, required=False),
            _text("code", "activiteitcode", "activity code", "V-ECT", 16, required=True),
            Column("cents", "cents", "prijs in eurocenten", "price in euro cents", "4510",
                   required=True, high=10**12),
            *_period("2025-01-01"),
        ),
        no_overlap=("organisation_agb", "code"),
    ),
    Table(
        "women", "Vrouwen in zorg", "Women in care", ("reference",),
        (
            _text("reference", "eigen kenmerk, geen BSN", "own reference, not a BSN", "V-1", 64,
                  required=True),
            _text("bsn", "burgerservicenummer; mag leeg", "citizen service number; may be empty",
                  "", 9, form="bsn", private=True),
            _text("name", "naam; mag leeg", "name; may be empty", "", private=True),
            Column("birth_date", "date", "geboortedatum", "birth date", "1993-05-14", day="born",
                   private=True),
            _text("postcode", "postcode", "postcode", "1234 AB", 7, private=True),
        ),
        required=True,
    ),
    Table(
        "coverages", "Bij wie een vrouw verzekerd is", "With whom a woman is insured",
        ("woman", "valid_from"),
        (
            _text("woman", "kenmerk van de vrouw", "reference of the woman", "V-1", 64,
                  required=True, refers="women"),
            _text("uzovi", "UZOVI-code", "UZOVI code", "9001", 4, required=True, form="uzovi",
                  refers="insurers"),
            *_period("2025-01-01"),
        ),
        required=True,
        no_overlap=("woman",),
    ),
    Table(
        "pregnancies", "Zwangerschappen; rijen met een zelfde kenmerk zijn opeenvolgende standen",
        "Pregnancies; rows with one reference are successive versions",
        ("reference", "recorded_on"),
        (
            _text("reference", "eigen kenmerk", "own reference", "Z-1", 64, required=True),
            _text("woman", "kenmerk van de vrouw", "reference of the woman", "V-1", 64,
                  required=True, refers="women"),
            Column("recorded_on", "date", "dag waarop dit bekend werd; leeg: de dag van inlezen",
                   "day this became known; empty: the day of import", "2025-10-06", day="recorded"),
            Column("first_intake_on", "date", "eerste fysieke intake", "first physical intake",
                   "2025-03-03", required=True, day="happened"),
            _agb("first_intake_agb", "AGB-code van wie de intake deed", "AGB code of the intake",
                 _PRACTICE, required=True, refers="organisations"),
            Column("due_on", "date", "uitgerekende datum", "due date", "2025-10-01", required=True,
                   day="due"),
            Column("due_precision_days", "integer", "onzekerheid van die datum, in dagen",
                   "precision of the due date, days", "3", default="3", high=60),
            _text("end_kind", "hoe de zwangerschap eindigde", "how the pregnancy ended", "birth",
            12,
                  default="ongoing", allowed=END_KINDS),
            Column("ended_on", "date", "dag van het einde; leeg bij ongoing", "day of the end",
                   "2025-09-28", day="happened"),
            Column("ended_precision_days", "integer", "onzekerheid van die dag, in dagen",
                   "precision of the end, days", "0", default="0", high=60),
            Column("birth_on", "date", "geboortedag", "day of birth", "2025-09-28", day="happened"),
            Column("children", "integer", "aantal kinderen", "number of children", "1", default="1",
                   low=1, high=9),
            Column("labour_on", "date", "begin actieve baring, of van geplande sectio of inleiding",
                   "start of active labour, planned caesarean or induction", "2025-09-28",
                   day="happened"),
            Column("labour_time", "time", "tijdstip daarvan (UU:MM)", "time of it", "03:40"),
            Column("placenta_on", "date", "dag van de placenta", "day of the placenta",
                   "2025-09-28", day="happened"),
            Column("placenta_time", "time", "tijdstip daarvan (UU:MM)", "time of it", "09:55"),
            Column("entered_on", "date", "overgenomen van buiten de IGO op",
                   "taken over from outside the IGO on", "", day="happened"),
            _text("exempt_reason", "reden waarom niet integraal", "why not integral", "", 80),
        ),
        required=True,
    ),
    Table(
        "activities", "Zorgactiviteiten", "Care activities", ("source", "reference"),
        (
            _text("source", "bron van de registratie", "source", "region", 16, default="region"),
            _text("reference", "kenmerk binnen de bron, uniek", "reference within the source",
            "A-1",
                  80, required=True),
            _text("woman", "kenmerk van de vrouw", "reference of the woman", "V-1", 64,
                  required=True, refers="women"),
            _text("pregnancy", "kenmerk van de zwangerschap; leeg: wordt gezocht",
                  "reference of the pregnancy; empty: it is found", "Z-1", 64,
                  refers="pregnancies"),
            _organisation("AGB-code van wie het deed", "AGB code of the performer", _PRACTICE),
            _text("code", "activiteitcode uit het regelboek", "activity code", "V-INT", 16,
                  required=True),
            _text("specialism", "medisch specialisme (0307: gynaecologie)", "medical specialism",
                  "", 4),
            Column("performed_on", "date", "dag", "day", "2025-03-03", required=True,
                   day="happened"),
            Column("performed_time", "time", "tijdstip (UU:MM), als het telt", "time", "09:30"),
            Column("quantity", "integer", "aantal", "quantity", "1", default="1", low=1,
                   high=100_000),
            Column("duration_minutes", "integer", "duur in minuten (kraamzorg)",
                   "duration in minutes (kraamzorg)", "0", default="0", high=100_000),
            Column("child_number", "integer", "0: de moeder; 1, 2: het kind",
                   "0: the mother; 1, 2: the child", "0", default="0", high=9),
            Column("billed_mono", "boolean", "al op de oude wijze gedeclareerd?",
                   "already billed the old way?", "nee", default="nee"),
            Column("recorded_on", "date", "dag waarop dit bekend werd; leeg: de dag van inlezen",
                   "day this became known; empty: the day of import", "2025-03-03",
                   day="recorded"),
        ),
        required=True,
        more_examples=(
            {"reference": "A-2", "code": "V-CON", "performed_on": "2025-04-01",
             "recorded_on": "2025-04-01"},
        ),
    ),
    Table(
        "withdrawals", "Activiteiten die vergissingen bleken", "Activities entered in error",
        ("source", "reference"),
        (
            _text("source", "bron van de activiteit", "source of the activity", "region", 16,
                  default="region"),
            _text("reference", "kenmerk van de activiteit", "reference of the activity", "A-2", 80,
                  required=True),
            Column("recorded_on", "date", "dag waarop dit bekend werd; leeg: de dag van inlezen",
                   "day this became known; empty: the day of import", "2025-04-02",
                   day="recorded"),
            _text("reason", _REASON, "short reason, without names", "dubbel ingevoerd", 200,
                  required=True),
        ),
    ),
    Table(
        "agreements", "Verdeelafspraken", "Distribution agreements", ("title",),
        (
            _text("title", "titel, uniek", "title, unique", "Verdeling 2025", required=True),
            _NETWORK,
            *_period("2025-01-01"),
            Column("overhead_ppm", "integer", "overhead, in miljoensten",
                   "overhead, parts per million", "40000", required=True, high=1_000_000),
        ),
        no_overlap=("network",),
    ),
    Table(
        "agreement_shares", "Aandeel van elk beroep per product; samen 1.000.000",
        "Share of each discipline per product; 1,000,000 together",
        ("agreement", "product", "discipline"),
        (
            _text("agreement", "titel van de afspraak", "title of the agreement", "Verdeling 2025",
                  required=True, refers="agreements"),
            _text("product", "product uit het regelboek", "product of the rule book", "prenatal",
            32,
                  required=True),
            _text("discipline", "beroep of soort", "discipline", "midwives", 20, required=True,
                  allowed=DISCIPLINES),
            Column("ppm", "integer", "aandeel in miljoensten", "parts per million", "1000000",
                   required=True, high=1_000_000),
            _text("method", "fixed_share: vast; performed: naar wat is gedaan", "how it is divided",
                  "fixed_share", 12, required=True, allowed=("fixed_share", "performed")),
        ),
    ),
    Table(
        "agreement_members",
        "Vast aandeel van elke organisatie binnen haar beroep; samen 1.000.000",
        "Fixed share of each organisation within its discipline; 1,000,000 together",
        ("agreement", "organisation_agb"),
        (
            _text("agreement", "titel van de afspraak", "title of the agreement", "Verdeling 2025",
                  required=True, refers="agreements"),
            _organisation("AGB-code", "AGB code", _PRACTICE),
            Column("ppm", "integer", "aandeel in miljoensten", "parts per million", "1000000",
                   required=True, high=1_000_000),
        ),
    ),
)  # fmt: skip

BY_NAME = {table.name: table for table in TABLES}
"""The tables by name, in the order in which they are checked and stored."""
