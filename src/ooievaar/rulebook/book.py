"""The rule book as the other rooms read it: by date, by code, by rule."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from ooievaar.kernel.period import Period
from ooievaar.rulebook import schema, tables
from ooievaar.rulebook.known_years import nearest_known
from ooievaar.rulebook.reading import Entry, Section, sections_of


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A code of the catalogue as it stands in one period; `scope` is `inside` or why not."""

    code: str
    name_nl: str
    name_en: str
    group: str
    care: str
    specialism: str
    scope: str
    phase_hint: int
    match_hint: str
    complex_counts: bool
    on_request: bool
    hourly: bool
    equivalent: str
    mono: str
    mono_item: str
    valid_from: date
    valid_until: date


@dataclass(frozen=True, slots=True)
class HourlyOwnContribution:
    """What the woman pays for an hour; `is_exact` is false where another year stands in."""

    cents: int
    is_exact: bool
    source: str


@dataclass(frozen=True, eq=False)
class RuleBook:
    """Every file of the book, checked, with `edition` = hash of the content it speaks."""

    edition: str
    book: schema.BookFile
    sources: schema.SourcesFile
    rules: schema.RulesFile
    scope: schema.ScopeFile
    limits: schema.LimitsFile
    products: schema.ProductsFile
    claim_codes: schema.ClaimCodesFile
    regimes: schema.RegimesFile
    kraamzorg: schema.KraamzorgFile
    catalogue: schema.CatalogueFile
    mono_tariffs: schema.MonoTariffsFile
    source_ranks: schema.SourceRanksFile
    element_sets: schema.ElementSetsFile

    @cached_property
    def period(self) -> Period:
        """The days the book speaks about; facts on other days do not fit it."""
        return Period(self.book.valid_from, self.book.valid_until)

    @cached_property
    def source_by_name(self) -> dict[str, schema.Source]:
        """Every source of entries, by its short name."""
        return {source.short: source for source in self.sources.sources}

    @cached_property
    def funding_kinds(self) -> frozenset[str]:
        """The kinds of membership that have a place in the funding."""
        return frozenset(kind.kind for kind in self.rules.funding_kinds if kind.counts)

    @cached_property
    def activity_sources(self) -> tuple[str, ...]:
        """The sources an activity may come from, the most trusted first."""
        return tuple(sorted(self._rank_by_source, key=self._rank_by_source.__getitem__))

    def source_rank(self, source: str) -> int:
        """Return how far a source of activities is trusted (1 is most); KeyError when unknown."""
        return self._rank_by_source[source]

    def product(self, code: str) -> schema.Product:
        """Return a product as it last stood in the book; KeyError when there is none."""
        return self._products_by_code[code]

    def claim_code(self, product: str, day: date) -> schema.ClaimCode | None:
        """Return the code under which a product that starts on a day is claimed, or None."""
        rows = self._claim_codes_by_product.get(product, ())
        return next((row for row in rows if day in self.within(row)), None)

    def rule(self, rule_id: str) -> schema.RuleSentence:
        """Return the policy sentence of a rule; KeyError when the book has no such rule."""
        return self._rules_by_id[rule_id]

    def choice(self, name: str) -> schema.Choice:
        """Return what a rule does where the law is silent; KeyError when there is none."""
        return self._choices_by_name[name]

    def regime(self, name: str) -> schema.Regime:
        """Return what a regime does to a broken bundle; KeyError when there is none."""
        return self._regimes_by_name[name]

    def catalogue_entry(self, code: str, day: date) -> CatalogueEntry | None:
        """Return what a code is on a day, or None when the catalogue does not have it then."""
        return next(
            (
                entry
                for entry in self._catalogue_by_code.get(code, ())
                if entry.valid_from <= day < entry.valid_until
            ),
            None,
        )

    def elements_for(self, name: str, day: date) -> frozenset[str] | None:
        """Return the codes that a role or discipline sees of others on a day; None is all.

        Somebody whom no set names sees nothing of others.
        """
        codes: set[str] = set()
        for row in self.element_sets.element_sets:
            if name in row.seen_by and day in self.within(row):
                if row.sees_all:
                    return None
                codes.update(row.codes)
        return frozenset(codes)

    def kraamzorg_own_contribution(self, day: date) -> HourlyOwnContribution:
        """Return what the woman pays for an hour of kraamzorg on a day, in cents.

        Years that are not known take the nearest known year (the earlier one on a tie).
        """
        known = [(own.period, own) for own in self.kraamzorg.own_contributions]
        own, is_exact = nearest_known(known, day)
        return HourlyOwnContribution(own.cents_per_hour, is_exact, own.source)

    def engine_tables(self) -> dict[str, list[dict[str, Any]]]:
        """Return catalogue, products_in_force, mono_tariffs and limits as the rules read them."""
        return {
            "catalogue": tables.catalogue_rows(self),
            "products_in_force": tables.product_rows(self),
            "mono_tariffs": tables.mono_tariff_rows(self),
            "limits": tables.limit_rows(self),
        }

    def sections(self) -> list[Section]:
        """Return every entry of every file under its heading, in reading order."""
        return sections_of(self)

    def entries(self) -> list[Entry]:
        """Return every entry of every file, in reading order."""
        return [entry for section in self.sections() for entry in section.entries]

    def within(self, dated: schema.Dated) -> Period:
        """Return the period of an entry; one without an end ends with the book."""
        return Period(dated.valid_from, dated.valid_until or self.book.valid_until)

    @cached_property
    def _rank_by_source(self) -> dict[str, int]:
        return {row.activity_source: row.rank for row in self.source_ranks.source_ranks}

    @cached_property
    def _products_by_code(self) -> dict[str, schema.Product]:
        rows = sorted(self.products.products, key=lambda row: row.valid_from)
        return {row.product: row for row in rows}

    @cached_property
    def _claim_codes_by_product(self) -> dict[str, list[schema.ClaimCode]]:
        codes = defaultdict(list)
        for row in self.claim_codes.claim_codes:
            codes[row.product].append(row)
        return dict(codes)

    @cached_property
    def _rules_by_id(self) -> dict[str, schema.RuleSentence]:
        return {row.rule: row for row in self.rules.rules}

    @cached_property
    def _choices_by_name(self) -> dict[str, schema.Choice]:
        return {row.choice: row for row in self.rules.choices}

    @cached_property
    def _regimes_by_name(self) -> dict[str, schema.Regime]:
        rows = sorted(self.regimes.regimes, key=lambda row: row.valid_from)
        return {row.regime: row for row in rows}

    @cached_property
    def _catalogue_by_code(self) -> dict[str, list[CatalogueEntry]]:
        names = {(row.code, row.valid_from): row for row in self.catalogue.catalogue}
        entries = defaultdict(list)
        for code, row in tables.catalogue_periods(self):
            named = names[row["code"], code.valid_from]
            entries[code.code].append(
                CatalogueEntry(
                    name_nl=named.name_nl,
                    name_en=named.name_en,
                    group=named.group,
                    care=named.care,
                    specialism=named.specialism,
                    **row,
                )
            )
        return dict(entries)
