"""The shape of the text, checked strictly: Dutch keys, percentages and amounts as people write.

It knows nothing of names that point at each other; `reading` resolves those.
"""

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from ooievaar.rulebook.schema import Frozen, Text

PERCENT = re.compile(r"(\d{1,3})(?:,(\d{1,4}))? ?%")
AMOUNT = re.compile(r"€ ?(-?)(\d{1,3}(?:\.\d{3})+|\d{1,12}),(\d{2})")


def read_percent(typed: Any) -> int:
    """Read `3,5 %` as parts per million."""
    found = PERCENT.fullmatch(typed) if isinstance(typed, str) else None
    if found is None:
        raise PydanticCustomError("percent", "een percentage zoals 3,5 %")
    return int(found[1]) * 10_000 + int((found[2] or "").ljust(4, "0"))


def read_amount(typed: Any) -> int:
    """Read `€ 1.234,56` as cents."""
    found = AMOUNT.fullmatch(typed) if isinstance(typed, str) else None
    if found is None:
        raise PydanticCustomError("amount", "een bedrag zoals € 1.234,56")
    cents = int(found[2].replace(".", "")) * 100 + int(found[3])
    return -cents if found[1] else cents


def _above_zero(typed: Any) -> int:
    cents = read_amount(typed)
    if cents < 0:
        raise PydanticCustomError("amount", "een bedrag van € 0,00 of meer")
    return cents


def _part(typed: Any) -> int:
    ppm = read_percent(typed)
    if ppm > 1_000_000:
        raise PydanticCustomError("percent", "hoogstens 100 %")
    return ppm


_PERCENT_SCHEMA = {"type": "string", "pattern": f"^{PERCENT.pattern}$", "examples": ["3,5 %"]}
_AMOUNT_SCHEMA = {"type": "string", "pattern": f"^{AMOUNT.pattern}$", "examples": ["€ 1.234,56"]}

Percent = Annotated[int, BeforeValidator(_part), WithJsonSchema(_PERCENT_SCHEMA)]
Amount = Annotated[int, BeforeValidator(_above_zero), WithJsonSchema(_AMOUNT_SCHEMA)]
SignedAmount = Annotated[int, BeforeValidator(read_amount), WithJsonSchema(_AMOUNT_SCHEMA)]
Agb = Annotated[str, StringConstraints(pattern=r"^\d{8}$")]
Uzovi = Annotated[str, StringConstraints(pattern=r"^\d{4}$")]
Year = Annotated[str, StringConstraints(pattern=r"^\d{4}$")]
PricedCode = Annotated[
    str, StringConstraints(pattern=r"^([A-Za-z0-9][A-Za-z0-9-]{0,15}|elke andere code)$")
]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,15}$")]
Count = Annotated[int, Field(ge=0, le=10_000_000)]
Months = Annotated[int, Field(ge=1, le=60)]

# The words stand here once more, for a Literal cannot be made of a table; a test holds them equal.
Discipline = Literal[
    "verloskundigen", "gynaecologen", "ziekenhuis", "kraamzorg", "echocentra", "overig"
]
Product = Literal[
    "elk ander product",
    "begeleiding tot 16 weken",
    "prenataal",
    "prenataal complex",
    "nataal",
    "nataal op eigen verzoek",
    "nataal complex",
    "postnataal",
    "postnataal complex",
    "kraamzorg per uur",
]
ProductMethod = Literal["vast aandeel", "zoals de oude bekostiging", "naar verrichtingen"]
MemberMethod = Literal[
    "vast aandeel", "zoals de oude bekostiging", "naar verrichtingen", "naar aantal cliënten"
]
Release = Literal["de leden beslissen", "wat boven het plafond komt gaat terug"]
Reference = Literal["het oude inkomen van een jaar", "het oude inkomen voor deze zorg"]
Financier = Literal["vangnet", "reserve", "wie erop vooruitgaat"]
PaysWhen = Literal["als betaald", "als toegekend", "als verdeeld"]
YesNo = Literal["ja", "nee"]


class Written(Frozen):
    """A part of the text."""


class Overhead(Written):
    """Wat de organisatie zelf kost: een deel van elk product, of een bedrag per maand."""

    deel: Percent | None = None
    per_maand: Amount | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> "Overhead":
        return _one_of(self, "deel", "per_maand")


class Reserve(Written):
    """Wat opzij wordt gezet, tot een plafond, en wat er met de rest gebeurt."""

    deel: Percent
    hoogstens: Amount | None = None
    vrijval: Release = "de leden beslissen"


class Surcharge(Written):
    """Geld met een eigen doel; het wordt niet verdeeld."""

    naam: Text
    doel: Text
    bedrag_per_jaar: Amount | None = None
    deel: Percent | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> "Surcharge":
        return _one_of(self, "bedrag_per_jaar", "deel")


class ProductRule(Written):
    """Hoe een product wordt verdeeld."""

    werkwijze: ProductMethod
    aandelen: dict[Discipline, Percent] = {}
    tot: date | None = None
    daarna: dict[Discipline, Percent] = {}
    prijzen: dict[PricedCode, Amount] = {}
    anders_binnen: dict[Discipline, MemberMethod] = {}

    @model_validator(mode="after")
    def _shares_stand_where_they_belong(self) -> "ProductRule":
        is_start = self.werkwijze == "zoals de oude bekostiging"
        wrong = self.aandelen if is_start else self.daarna
        if wrong:
            raise PydanticCustomError(
                "shares", "aandelen bij een vast aandeel, daarna bij zoals de oude bekostiging"
            )
        return self


class Cooperative(Written):
    """Een partij die haar deel onder haar eigen leden verdeelt."""

    cooperatie: Text
    leden: Annotated[tuple[Text, ...], Field(min_length=1)]
    werkwijze: MemberMethod
    aandelen: dict[Text, Percent] = {}
    besloten: YesNo = "nee"


class MemberRule(Written):
    """Hoe een discipline onder haar partijen verdeelt."""

    werkwijze: MemberMethod
    aandelen: dict[Text, Percent] = {}
    besloten: YesNo = "nee"
    cooperaties: tuple[Cooperative, ...] = ()


class Supplier(Written):
    """Zorg van buiten: per factuur betaald uit het product waar zij bij hoort, vóór al het andere.

    Een code zonder prijs volgt de prijslijst.
    """

    naam: Text
    agb: Agb
    codes: Annotated[tuple[Code, ...], Field(min_length=1)]
    prijzen: dict[Code, Amount] = {}


class Guarantee(Written):
    """Wat een partner ten minste houdt van zijn oude inkomen, per jaar."""

    deel_per_jaar: Annotated[dict[Year, Percent], Field(min_length=1)]
    maatstaf: Reference
    jaar: Annotated[int, Field(ge=2000, le=2100)] | None = None
    hoogstens: Percent = 1_000_000
    betaald_uit: Annotated[tuple[Financier, ...], Field(min_length=1)]


class SafetyNet(Written):
    """Met een verzekeraar: buiten de ruimte rond het oude inkomen wordt een deel verrekend."""

    uzovi: Uzovi
    ruimte: Percent
    verrekend: Percent


class Advances(Written):
    """Maandelijkse voorschotten op verwacht inkomen."""

    deel: Percent
    geldgever: Text = "de IGO zelf"
    hoogstens: Amount | None = None
    stopt_bij_vertrek: YesNo = "ja"
    stopt_na_maanden_zonder_zorg: Months | None = None


class Given(Written):
    """Een product van een voorbeeld, en wat ervoor is gedaan."""

    product: Product
    bedrag: SignedAmount
    begint: date | None = None
    verricht: dict[Text, Count] = {}
    codes: dict[Text, dict[Code, Count]] = {}
    oude_bekostiging: dict[Text, Amount] = {}
    facturen: dict[Text, Amount] = {}


class Example(Written):
    """Gegeven deze producten, dan deze bedragen."""

    naam: Text
    gegeven: Annotated[tuple[Given, ...], Field(min_length=1, max_length=100)]
    dan: Annotated[dict[Text, SignedAmount], Field(min_length=1)]


class AgreementText(Written):
    """Een verdeelafspraak."""

    titel: Annotated[Text, StringConstraints(max_length=120)]
    netwerk: Text
    geldt_vanaf: date
    geldt_tot: date | None = None
    toelichting: Text | None = None
    partijen: Annotated[dict[Discipline, dict[Text, Agb]], Field(min_length=1)]
    organisatiekosten: Overhead | None = None
    reserve: Reserve | None = None
    toeslagen: tuple[Surcharge, ...] = ()
    producten: Annotated[dict[Product, ProductRule], Field(min_length=1)]
    disciplines: dict[Discipline, MemberRule] = {}
    leveranciers: tuple[Supplier, ...] = ()
    garantie: Guarantee | None = None
    vangnet: tuple[SafetyNet, ...] = ()
    voorschotten: Advances | None = None
    betalen: PaysWhen | None = None
    afronding: Literal["grootste rest"] = "grootste rest"
    voorbeelden: Annotated[tuple[Example, ...], Field(max_length=200)] = ()


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of an agreement, for editors that check while somebody types."""
    return AgreementText.model_json_schema()


def _one_of(part: Any, *names: str) -> Any:
    if sum(getattr(part, name) is not None for name in names) != 1:
        raise PydanticCustomError(
            "one_of", "precies één van {names}", {"names": " en ".join(names)}
        )
    return part
