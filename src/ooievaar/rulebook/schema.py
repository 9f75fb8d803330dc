"""What may stand in the files of the rule book: one model per kind of entry, strict and frozen."""

from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ooievaar.kernel.period import FAR_DATE, Period

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Cents = Annotated[int, Field(ge=0)]

PhaseName = Literal["prenatal", "natal", "postnatal"]
PHASE_NUMBERS: dict[str, int] = {"": 0, "prenatal": 1, "natal": 2, "postnatal": 3}

Variant = Literal["early_end", "regular", "complex", "on_request", "hourly"]
Mono = Literal["course", "referral", "kraamzorg_hour", "kraamzorg_item", "price_list", "none"]

LimitName = Literal[
    "term_days",
    "early_end_days",
    "aftercare_days",
    "ongoing_extra_days",
    "after_placenta_minutes",
    "gynaecology_specialism",
]
LIMIT_NAMES: tuple[str, ...] = get_args(LimitName)

INSIDE = "inside"
"""The scope of care that is inside the bundle; outside, the scope is the kind of care."""


class Frozen(BaseModel):
    """Strict types, no unknown keys, nothing changes after reading."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class Sourced(Frozen):
    """Says where it comes from, and whether that source was read by a person."""

    source: Text
    other_sources: tuple[Text, ...] = ()
    verified: bool


class Named(Frozen):
    """Has a name in both languages."""

    name_nl: Text
    name_en: Text


class Explained(Named):
    """Has a sentence in both languages as well."""

    sentence_nl: Text
    sentence_en: Text


class Dated(Sourced):
    """Holds in `[valid_from, valid_until)`; without an end it holds until the book ends."""

    valid_from: date
    valid_until: date | None = None

    @property
    def period(self) -> Period:
        """The days on which this holds; an open end is the far date."""
        return Period(self.valid_from, self.valid_until or FAR_DATE)


class BookFile(Sourced):
    """The title of the book and the span of days it speaks about."""

    title_nl: Text
    title_en: Text
    sentence_nl: Text
    sentence_en: Text
    valid_from: date
    valid_until: date


class Source(Frozen):
    """Where entries come from; `own` is a choice or background knowledge, never verified."""

    short: Text
    kind: Literal["law", "regulator", "insurer", "practice", "own"]
    title: Text
    url: str


class SourcesFile(Frozen):
    """All sources, by short name."""

    sources: tuple[Source, ...]


class SourceRank(Named, Sourced):
    """How much a source of activities is trusted: of doubles the lowest rank survives."""

    activity_source: Text
    rank: int


class SourceRanksFile(Frozen):
    """All sources of activities."""

    source_ranks: tuple[SourceRank, ...]


class Product(Explained, Dated):
    """An integral product in one period."""

    product: Text
    phase: PhaseName
    variant: Variant


class ProductsFile(Frozen):
    """All integral products, a row per product and period."""

    products: tuple[Product, ...]


class ClaimCode(Named, Dated):
    """The code (prestatiecode) under which a product is claimed, on a list of COD367."""

    product: Text
    code: Text
    code_list: Text


class ClaimCodesFile(Frozen):
    """All codes of products, a row per product and period."""

    claim_codes: tuple[ClaimCode, ...]


class Limit(Explained, Dated):
    """A number that phases and pregnancies are measured with (or a code), in one period."""

    limit: LimitName
    value: int | str
    unit: Literal["days", "minutes", "code"]


class LimitsFile(Frozen):
    """All limits."""

    limits: tuple[Limit, ...]


class CareKind(Explained, Dated):
    """A kind of care, inside or outside the law's bundle in one period."""

    care: Text
    inside: bool

    @property
    def scope(self) -> str:
        """`inside`, or the kind of care itself as the reason why it is outside."""
        return INSIDE if self.inside else self.care


class ScopeFile(Frozen):
    """What is inside and what is outside the bundle."""

    scope: tuple[CareKind, ...]


class CatalogueGroup(Named):
    """A heading of the catalogue."""

    group: Text


class CatalogueCode(Named, Dated):
    """An act that can be registered, with what the rules want to know of it."""

    code: Text
    group: Text
    care: Text
    specialism: str = ""
    phase_hint: Literal["", "prenatal", "natal", "postnatal"] = ""
    match_hint: Literal["", "intake", "aftercare"] = ""
    complex_counts: bool = False
    on_request: bool = False
    hourly_product: str = ""
    equivalent: str = ""
    mono: Mono
    mono_item: str = ""


class CatalogueFile(Frozen):
    """All acts, under their headings."""

    groups: tuple[CatalogueGroup, ...]
    catalogue: tuple[CatalogueCode, ...]


class LawStatement(Explained, Dated):
    """What a text says about broken bundles, in one period."""

    key: Text


class Regime(Explained, Dated):
    """What a contract lets happen to a broken bundle."""

    regime: Literal["parallel_ban", "correction", "none"]
    outside_act: Literal["breaks_bundle", "monodisciplinary"]
    product: Literal["refused", "corrected", "kept"]
    loss: Literal["tariff_less_members_mono_value", "outside_mono_value_up_to_tariff", "none"]


class RegimesFile(Frozen):
    """What was read about broken bundles, and the three regimes."""

    law: tuple[LawStatement, ...]
    regimes: tuple[Regime, ...]


class KraamzorgLimit(Explained, Dated):
    """How much kraamzorg a woman may have."""

    limit: Text
    value: int
    unit: Literal["hours", "days"]


class OwnContribution(Dated):
    """What the woman pays herself for an hour of kraamzorg, in a year that is known."""

    cents_per_hour: Cents


class KraamzorgFile(Frozen):
    """Limits and own contributions of kraamzorg."""

    limits: tuple[KraamzorgLimit, ...]
    own_contributions: tuple[OwnContribution, ...]


class MonoTariff(Dated):
    """A maximum tariff of the old system in a period in which it is known."""

    cents: Cents
    deprived_cents: Cents | None = None
    insurer_code: str = ""
    deprived_insurer_code: str = ""


class MonoItem(Explained):
    """A product of the old system with the tariffs that are known."""

    item: Text
    unit: Literal["course", "hour", "piece"]
    tariffs: tuple[MonoTariff, ...]


class MonoTariffsFile(Frozen):
    """All products of the old system whose public tariffs are carried here."""

    mono_items: tuple[MonoItem, ...]


class RuleSentence(Explained, Sourced):
    """The sentence of the policy that a rule implements."""

    rule: Text


class FundingKind(Explained, Sourced):
    """Whether a membership of this kind has a place in the funding."""

    kind: Text
    counts: bool


class Choice(Explained, Sourced):
    """What a rule does where the law is silent or not public."""

    choice: Text
    rule: Text
    value: int | str | bool


class RulesFile(Frozen):
    """The rules, the memberships that count, and the choices."""

    rules: tuple[RuleSentence, ...]
    funding_kinds: tuple[FundingKind, ...]
    choices: tuple[Choice, ...]


class ElementSet(Explained, Dated):
    """What a role or discipline sees of what others recorded: all of it, or these codes."""

    element_set: Text
    seen_by: tuple[Text, ...]
    sees_all: bool = False
    codes: tuple[Text, ...] = ()


class ElementSetsFile(Frozen):
    """All sets of elements."""

    element_sets: tuple[ElementSet, ...]


FILES: dict[str, type[Frozen]] = {
    "book.yaml": BookFile,
    "sources.yaml": SourcesFile,
    "rules.yaml": RulesFile,
    "scope.yaml": ScopeFile,
    "limits.yaml": LimitsFile,
    "products.yaml": ProductsFile,
    "claim_codes.yaml": ClaimCodesFile,
    "regimes.yaml": RegimesFile,
    "kraamzorg.yaml": KraamzorgFile,
    "catalogue.yaml": CatalogueFile,
    "mono_tariffs.yaml": MonoTariffsFile,
    "source_ranks.yaml": SourceRanksFile,
    "element_sets.yaml": ElementSetsFile,
}
"""Every file of the book, in reading order, with its model."""
