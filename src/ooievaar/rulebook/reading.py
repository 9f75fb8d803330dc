"""The rule book as a person reads it: every entry with its sentence, value, source and mark."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from ooievaar.rulebook import schema, wording
from ooievaar.rulebook.wording import Words

if TYPE_CHECKING:
    from ooievaar.rulebook.book import RuleBook

NOTHING = Words("", "")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing the book says; `valid_from` and `valid_until` are None where it is not dated.

    `source` is the title of its source (of all of them, when there are more); `source_url` may be
    empty.
    """

    section: str
    key: str
    name_nl: str
    name_en: str
    sentence_nl: str
    sentence_en: str
    value_nl: str
    value_en: str
    valid_from: date | None
    valid_until: date | None
    source: str
    source_url: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the book with its entries."""

    key: str
    title_nl: str
    title_en: str
    entries: tuple[Entry, ...]

    @property
    def verified_count(self) -> int:
        """How many entries of this section were read in their source."""
        return sum(entry.verified for entry in self.entries)


def sections_of(book: "RuleBook") -> list[Section]:
    """Return every entry of the book under its heading, in reading order.

    Sources and headings of the catalogue are told with the entries that name them.
    """
    sections = [
        Section(key, title.nl, title.en, tuple(read(book, key))) for key, title, read in READERS
    ]
    catalogue = [_catalogue_section(book, group) for group in book.catalogue.groups]
    # The catalogue is long: it comes after all that explains it, before the old tariffs.
    return sections[:-2] + catalogue + sections[-2:]


def _entry(
    book: "RuleBook",
    section: str,
    key: str,
    row: schema.Sourced,
    name: Words,
    sentence: Words,
    value: Words,
) -> Entry:
    period = book.within(row) if isinstance(row, schema.Dated) else None
    names = [row.source, *row.other_sources]
    sources = [book.source_by_name[name] for name in names]
    return Entry(
        section=section,
        key=key,
        name_nl=name.nl,
        name_en=name.en,
        sentence_nl=sentence.nl,
        sentence_en=sentence.en,
        value_nl=value.nl,
        value_en=value.en,
        valid_from=period.start if period else None,
        valid_until=period.until if period else None,
        source="; ".join(source.title for source in sources),
        source_url=next((source.url for source in sources if source.url), ""),
        verified=row.verified,
    )


def _name(row: schema.Named) -> Words:
    return Words(row.name_nl, row.name_en)


def _sentence(row: schema.Explained) -> Words:
    return Words(row.sentence_nl, row.sentence_en)


def _book(book: "RuleBook", section: str) -> Iterator[Entry]:
    own = book.book
    span = Words(
        f"{own.valid_from:%d-%m-%Y} tot {own.valid_until:%d-%m-%Y}",
        f"{own.valid_from:%d-%m-%Y} until {own.valid_until:%d-%m-%Y}",
    )
    title, sentence = Words(own.title_nl, own.title_en), Words(own.sentence_nl, own.sentence_en)
    yield _entry(book, section, "book", own, title, sentence, span)


def _rules(book: "RuleBook", section: str) -> Iterator[Entry]:
    for rule in book.rules.rules:
        yield _entry(book, section, rule.rule, rule, _name(rule), _sentence(rule), NOTHING)


def _choices(book: "RuleBook", section: str) -> Iterator[Entry]:
    for row in book.rules.choices:
        value = wording.chosen(row.value)
        yield _entry(book, section, row.choice, row, _name(row), _sentence(row), value)


def _funding_kinds(book: "RuleBook", section: str) -> Iterator[Entry]:
    for row in book.rules.funding_kinds:
        value = wording.YES if row.counts else wording.NO
        yield _entry(book, section, row.kind, row, _name(row), _sentence(row), value)


def _scope(book: "RuleBook", section: str) -> Iterator[Entry]:
    for row in book.scope.scope:
        value = wording.INSIDE if row.inside else wording.OUTSIDE
        yield _entry(book, section, row.care, row, _name(row), _sentence(row), value)


def _products(book: "RuleBook", section: str) -> Iterator[Entry]:
    for row in book.products.products:
        value = wording.joined(", ", wording.PHASES[row.phase], wording.VARIANTS[row.variant])
        yield _entry(book, section, row.product, row, _name(row), _sentence(row), value)


def _claim_codes(book: "RuleBook", section: str) -> Iterator[Entry]:
    sentence = Words(
        "Onder deze code staat het product op een declaratie.",
        "Under this code the product stands on a claim.",
    )
    for row in book.claim_codes.claim_codes:
        code = Words(f"{row.code} (lijst {row.code_list})", f"{row.code} (list {row.code_list})")
        yield _entry(book, section, row.product, row, _name(row), sentence, code)


def _limits(book: "RuleBook", section: str) -> Iterator[Entry]:
    for row in book.limits.limits:
        value = wording.quantity(row.value, row.unit)
        yield _entry(book, section, row.limit, row, _name(row), _sentence(row), value)


def _law(book: "RuleBook", section: str) -> Iterator[Entry]:
    for row in book.regimes.law:
        yield _entry(book, section, row.key, row, _name(row), _sentence(row), NOTHING)


def _regimes(book: "RuleBook", section: str) -> Iterator[Entry]:
    for row in book.regimes.regimes:
        outside, outcome = wording.OUTSIDE_ACTS[row.outside_act], wording.OUTCOMES[row.product]
        value = wording.joined("; ", outside, outcome)
        yield _entry(book, section, row.regime, row, _name(row), _sentence(row), value)


def _kraamzorg(book: "RuleBook", section: str) -> Iterator[Entry]:
    for row in book.kraamzorg.limits:
        value = wording.quantity(row.value, row.unit)
        yield _entry(book, section, row.limit, row, _name(row), _sentence(row), value)


def _own_contributions(book: "RuleBook", section: str) -> Iterator[Entry]:
    name = Words("Eigen bijdrage per uur kraamzorg", "Own contribution per hour of kraamzorg")
    sentence = Words(
        "Wat de vrouw per uur kraamzorg zelf betaalt; niet over uren partusassistentie.",
        "What the woman pays herself per hour of kraamzorg; not for assistance at the birth.",
    )
    for row in book.kraamzorg.own_contributions:
        value = wording.amount(row.cents_per_hour, "hour")
        yield _entry(book, section, "own_contribution", row, name, sentence, value)


def _mono_tariffs(book: "RuleBook", section: str) -> Iterator[Entry]:
    for item in book.mono_tariffs.mono_items:
        for row in item.tariffs:
            value = wording.mono_tariff(row, item.unit)
            yield _entry(book, section, item.item, row, _name(item), _sentence(item), value)


def _source_ranks(book: "RuleBook", section: str) -> Iterator[Entry]:
    sentence = Words(
        "Staat dezelfde zorg in meer bronnen, dan blijft de regel met de laagste rang.",
        "Where the same care stands in more sources, the line with the lowest rank survives.",
    )
    for row in book.source_ranks.source_ranks:
        rank = str(row.rank)
        value = wording.joined(" ", wording.RANK, Words(rank, rank))
        yield _entry(book, section, row.activity_source, row, _name(row), sentence, value)


def _element_sets(book: "RuleBook", section: str) -> Iterator[Entry]:
    for row in book.element_sets.element_sets:
        codes = ", ".join(row.codes)
        value = wording.EVERYTHING if row.sees_all else Words(codes, codes)
        yield _entry(book, section, row.element_set, row, _name(row), _sentence(row), value)


def _catalogue_section(book: "RuleBook", group: schema.CatalogueGroup) -> Section:
    key = f"catalogue_{group.group}"
    entries = tuple(
        _catalogue_entry(book, key, row)
        for row in book.catalogue.catalogue
        if row.group == group.group
    )
    return Section(key, f"Catalogus: {group.name_nl}", f"Catalogue: {group.name_en}", entries)


def _catalogue_entry(book: "RuleBook", section: str, row: schema.CatalogueCode) -> Entry:
    cares = sorted(
        (care for care in book.scope.scope if care.care == row.care),
        key=lambda care: care.valid_from,
    )
    marks = [
        _inside_or_outside(cares),
        wording.PHASES.get(row.phase_hint, NOTHING),
        wording.MATCHES.get(row.match_hint, NOTHING),
        wording.MAKES_COMPLEX if row.complex_counts else NOTHING,
        wording.ON_REQUEST if row.on_request else NOTHING,
        wording.BY_THE_HOUR if row.hourly_product else NOTHING,
    ]
    value = wording.joined(", ", *marks)
    return _entry(book, section, row.code, row, _name(row), _sentence(cares[-1]), value)


def _inside_or_outside(cares: list[schema.CareKind]) -> Words:
    """Tell whether a kind of care is in the bundle, with the day on which that changed."""
    text = wording.INSIDE if cares[0].inside else wording.OUTSIDE
    for earlier, later in pairwise(cares):
        if later.inside != earlier.inside:
            since = wording.INSIDE if later.inside else wording.OUTSIDE
            day = f"{later.valid_from:%d-%m-%Y}"
            text = Words(f"{text.nl}, {since.nl} vanaf {day}", f"{text.en}, {since.en} from {day}")
    return text


Reader = Callable[["RuleBook", str], Iterator[Entry]]

READERS: tuple[tuple[str, Words, Reader], ...] = (
    ("book", Words("Dit regelboek", "This rule book"), _book),
    ("rules", Words("De regels", "The rules"), _rules),
    (
        "choices",
        Words("Keuzes waar de wet zwijgt", "Choices where the law is silent"),
        _choices,
    ),
    (
        "element_sets",
        Words("Wie wat van anderen ziet", "Who sees what of others"),
        _element_sets,
    ),
    (
        "funding_kinds",
        Words("Wie meetelt in de bekostiging", "Who counts in the funding"),
        _funding_kinds,
    ),
    ("scope", Words("Binnen en buiten de bundel", "Inside and outside the bundle"), _scope),
    ("products", Words("Integrale prestaties", "Integral products"), _products),
    ("claim_codes", Words("Codes op een declaratie", "Codes on a claim"), _claim_codes),
    ("limits", Words("Grenzen van fasen", "Limits of phases"), _limits),
    (
        "law",
        Words("Gelezen over bundelbrekers", "What was read about bundle breakers"),
        _law,
    ),
    ("regimes", Words("Regimes van contracten", "Regimes of contracts"), _regimes),
    ("kraamzorg", Words("Uren kraamzorg", "Hours of kraamzorg"), _kraamzorg),
    (
        "own_contributions",
        Words("Eigen bijdrage kraamzorg", "Own contribution to kraamzorg"),
        _own_contributions,
    ),
    ("mono_tariffs", Words("Tarieven van de oude wijze", "Tariffs of the old way"), _mono_tariffs),
    (
        "source_ranks",
        Words("Vertrouwen in bronnen", "Trust in sources of activities"),
        _source_ranks,
    ),
)
"""The headings in reading order; the catalogue is put in before the last two."""
