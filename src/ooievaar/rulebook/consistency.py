"""What the files of the book must say together: dates without holes, names that exist."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TypeVar

from ooievaar.kernel.faults import Fault
from ooievaar.kernel.period import Period, first_hole
from ooievaar.rulebook import schema
from ooievaar.rulebook.book import RuleBook
from ooievaar.rulebook.tables import COURSE_ITEMS
from ooievaar.rulebook.yaml_source import KeyPath, YamlFile

RULE_IDS = (
    "pregnancy",
    "phase",
    "scope",
    "member",
    "supplier",
    "route",
    "duplicate",
    "product",
    "kraamzorg",
    "breaker",
    "price",
    "mono",
    "disposition",
    "division",
    "closing",
)
"""The rules that the engine and the settlement name; each has its sentence in the book."""

LIMITS_IN_CODE = ("gynaecology_specialism",)
"""Limits that are a code, not a number."""

COURSES = ("prenatal", "natal", "postnatal")

DatedT = TypeVar("DatedT", bound=schema.Dated)
Placed = tuple[KeyPath, DatedT]
"""An entry with the place where it stands in its file."""


def faults_between(book: RuleBook, files: Mapping[str, YamlFile]) -> Iterator[Fault]:
    """Yield everything that is wrong between entries that are each well formed."""
    if book.book.valid_until <= book.book.valid_from:
        yield files["book.yaml"].fault(
            ("valid_until",), str(book.book.valid_until), f"een dag na {book.book.valid_from}"
        )
        return
    wrong_periods = list(_periods_that_end_too_soon(book, files))
    yield from wrong_periods
    yield from _sources(book, files)
    yield from _names_that_stand_twice(book, files)
    yield from _rules(book, files["rules.yaml"])
    yield from _references(book, files["catalogue.yaml"])
    if not wrong_periods:
        yield from _continuity(book, files)
        yield from _products(book, files["products.yaml"])
        yield from _claim_codes(book, files["claim_codes.yaml"])
    yield from _limits(book, files["limits.yaml"])
    yield from _mono_items(book, files["mono_tariffs.yaml"])
    yield from _element_sets(book, files["element_sets.yaml"])


def placed(rows: Sequence[DatedT], *path: str | int) -> list[Placed[DatedT]]:
    """Return entries with their places in a list of their file."""
    return [((*path, position), row) for position, row in enumerate(rows)]


def _dated_lists(book: RuleBook) -> Iterator[tuple[str, list[Placed[schema.Dated]]]]:
    yield "products.yaml", [*placed(book.products.products, "products")]
    yield "claim_codes.yaml", [*placed(book.claim_codes.claim_codes, "claim_codes")]
    yield "limits.yaml", [*placed(book.limits.limits, "limits")]
    yield "scope.yaml", [*placed(book.scope.scope, "scope")]
    yield "catalogue.yaml", [*placed(book.catalogue.catalogue, "catalogue")]
    yield "regimes.yaml", [*placed(book.regimes.law, "law")]
    yield "regimes.yaml", [*placed(book.regimes.regimes, "regimes")]
    yield "element_sets.yaml", [*placed(book.element_sets.element_sets, "element_sets")]
    yield "kraamzorg.yaml", [*placed(book.kraamzorg.limits, "limits")]
    yield "kraamzorg.yaml", [*placed(book.kraamzorg.own_contributions, "own_contributions")]
    for position, item in enumerate(book.mono_tariffs.mono_items):
        yield "mono_tariffs.yaml", [*placed(item.tariffs, "mono_items", position, "tariffs")]


def _periods_that_end_too_soon(book: RuleBook, files: Mapping[str, YamlFile]) -> Iterator[Fault]:
    for name, rows in _dated_lists(book):
        for path, row in rows:
            until = row.valid_until or book.book.valid_until
            if until <= row.valid_from:
                place = (*path, "valid_until" if row.valid_until else "valid_from")
                found = str(until if row.valid_until else row.valid_from)
                expected = f"een periode die na {row.valid_from} eindigt"
                yield files[name].fault(place, found, expected)


def _sourced_lists(
    book: RuleBook,
) -> Iterator[tuple[str, KeyPath, schema.Sourced]]:
    yield "book.yaml", (), book.book
    for rank_at, rank in enumerate(book.source_ranks.source_ranks):
        yield "source_ranks.yaml", ("source_ranks", rank_at), rank
    for rule_at, rule in enumerate(book.rules.rules):
        yield "rules.yaml", ("rules", rule_at), rule
    for kind_at, kind in enumerate(book.rules.funding_kinds):
        yield "rules.yaml", ("funding_kinds", kind_at), kind
    for choice_at, choice in enumerate(book.rules.choices):
        yield "rules.yaml", ("choices", choice_at), choice
    for name, rows in _dated_lists(book):
        for path, row in rows:
            yield name, path, row


def _sources(book: RuleBook, files: Mapping[str, YamlFile]) -> Iterator[Fault]:
    known = book.source_by_name
    for name, path, row in _sourced_lists(book):
        if row.source not in known:
            expected = "een korte naam uit sources.yaml"
            yield files[name].fault((*path, "source"), row.source, expected)
        elif row.verified and known[row.source].kind == "own":
            expected = f"false: niemand las dit in een bron ({row.source})"
            yield files[name].fault((*path, "verified"), "true", expected)
        for position, other in enumerate(row.other_sources):
            if other not in known:
                place = (*path, "other_sources", position)
                yield files[name].fault(place, other, "een korte naam uit sources.yaml")


def _names_that_stand_twice(book: RuleBook, files: Mapping[str, YamlFile]) -> Iterator[Fault]:
    lists: list[tuple[str, str, str, Iterable[schema.Frozen]]] = [
        ("sources.yaml", "sources", "short", book.sources.sources),
        ("source_ranks.yaml", "source_ranks", "activity_source", book.source_ranks.source_ranks),
        ("source_ranks.yaml", "source_ranks", "rank", book.source_ranks.source_ranks),
        ("rules.yaml", "rules", "rule", book.rules.rules),
        ("rules.yaml", "funding_kinds", "kind", book.rules.funding_kinds),
        ("rules.yaml", "choices", "choice", book.rules.choices),
        ("catalogue.yaml", "groups", "group", book.catalogue.groups),
        ("mono_tariffs.yaml", "mono_items", "item", book.mono_tariffs.mono_items),
    ]
    for file, section, key, rows in lists:
        seen = set()
        for position, row in enumerate(rows):
            value = getattr(row, key)
            if value in seen:
                found = f"{value} voor de tweede keer"
                yield files[file].fault((section, position, key), found, "elke naam één keer")
            seen.add(value)


def _rules(book: RuleBook, file: YamlFile) -> Iterator[Fault]:
    named = [rule.rule for rule in book.rules.rules]
    for rule_id in RULE_IDS:
        if rule_id not in named:
            yield file.fault(("rules",), f"geen regel {rule_id}", "de zin van elke regel")
    for position, rule_id in enumerate(named):
        if rule_id not in RULE_IDS:
            expected = f"een van: {', '.join(RULE_IDS)}"
            yield file.fault(("rules", position, "rule"), rule_id, expected)
    for position, choice in enumerate(book.rules.choices):
        if choice.rule not in RULE_IDS:
            expected = f"een van: {', '.join(RULE_IDS)}"
            yield file.fault(("choices", position, "rule"), choice.rule, expected)


def _references(book: RuleBook, file: YamlFile) -> Iterator[Fault]:
    cares = {care.care for care in book.scope.scope}
    groups = {group.group for group in book.catalogue.groups}
    hourly = {product.product for product in book.products.products if product.variant == "hourly"}
    items = {item.item for item in book.mono_tariffs.mono_items}
    for path, code in placed(book.catalogue.catalogue, "catalogue"):
        if code.care not in cares:
            yield file.fault((*path, "care"), code.care, "een soort zorg uit scope.yaml")
        if code.group not in groups:
            yield file.fault((*path, "group"), code.group, "een groep die bovenaan staat")
        if code.hourly_product and code.hourly_product not in hourly:
            expected = "een product per uur uit products.yaml"
            yield file.fault((*path, "hourly_product"), code.hourly_product, expected)
        place, found = (*path, "mono_item"), code.mono_item or "niets"
        if code.mono == "course":
            if code.mono_item not in COURSES:
                yield file.fault(place, found, f"een van: {', '.join(COURSES)}")
        elif code.mono in ("kraamzorg_hour", "kraamzorg_item"):
            if code.mono_item not in items:
                yield file.fault(place, found, "een mono_item uit mono_tariffs.yaml")
        elif code.mono_item:
            yield file.fault(place, found, f"niets, want mono is {code.mono}")


def _continuity(book: RuleBook, files: Mapping[str, YamlFile]) -> Iterator[Fault]:
    yield from _covers_book(
        book, files["limits.yaml"], placed(book.limits.limits, "limits"), "limit"
    )
    yield from _covers_book(book, files["scope.yaml"], placed(book.scope.scope, "scope"), "care")
    yield from _covers_book(
        book, files["catalogue.yaml"], placed(book.catalogue.catalogue, "catalogue"), "code"
    )
    regimes = placed(book.regimes.regimes, "regimes")
    yield from _covers_book(book, files["regimes.yaml"], regimes, "regime")
    elements = placed(book.element_sets.element_sets, "element_sets")
    yield from _covers_book(book, files["element_sets.yaml"], elements, "element_set")
    kraamzorg = placed(book.kraamzorg.limits, "limits")
    yield from _covers_book(book, files["kraamzorg.yaml"], kraamzorg, "limit")
    own = placed(book.kraamzorg.own_contributions, "own_contributions")
    yield from _overlaps(book, files["kraamzorg.yaml"], own)
    for position, item in enumerate(book.mono_tariffs.mono_items):
        rows = placed(item.tariffs, "mono_items", position, "tariffs")
        yield from _overlaps(book, files["mono_tariffs.yaml"], rows)


def _covers_book(
    book: RuleBook, file: YamlFile, rows: Sequence[Placed[DatedT]], key: str
) -> Iterator[Fault]:
    by_name: dict[str, list[Placed[DatedT]]] = defaultdict(list)
    for path, row in rows:
        by_name[getattr(row, key)].append((path, row))
    for own_rows in by_name.values():
        yield from _overlaps(book, file, own_rows)
        yield from _hole(book.period, book, file, own_rows)


def _overlaps(book: RuleBook, file: YamlFile, rows: Sequence[Placed[DatedT]]) -> Iterator[Fault]:
    ordered = sorted(rows, key=lambda placed_row: placed_row[1].valid_from)
    for (_, earlier), (path, later) in pairwise(ordered):
        until = book.within(earlier).until
        if later.valid_from < until:
            found = f"{later.valid_from}, overlapt de periode die op {earlier.valid_from} begint"
            yield file.fault((*path, "valid_from"), found, f"een begin vanaf {until}")


def _hole(
    whole: Period, book: RuleBook, file: YamlFile, rows: Sequence[Placed[DatedT]]
) -> Iterator[Fault]:
    for path, row in rows:
        if row.valid_from < whole.start:
            found = str(row.valid_from)
            yield file.fault((*path, "valid_from"), found, f"een begin vanaf {whole.start}")
        if book.within(row).until > whole.until:
            found = str(row.valid_until)
            yield file.fault((*path, "valid_until"), found, f"een einde uiterlijk {whole.until}")
    hole = first_hole(whole, [book.within(row) for _, row in rows])
    if hole is not None:
        found = f"niets van {hole.start} tot {hole.until}"
        expected = f"een aaneengesloten periode van {whole.start} tot {whole.until}"
        yield file.fault(rows[0][0], found, expected)


def _claim_codes(book: RuleBook, file: YamlFile) -> Iterator[Fault]:
    """A code is of a product that the book has, and a product has one at a time."""
    products = {product.product for product in book.products.products}
    by_product: dict[str, list[Placed[schema.ClaimCode]]] = defaultdict(list)
    for path, row in placed(book.claim_codes.claim_codes, "claim_codes"):
        by_product[row.product].append((path, row))
        if row.product not in products:
            yield file.fault((*path, "product"), row.product, "een product uit products.yaml")
    for rows in by_product.values():
        yield from _overlaps(book, file, rows)


def _products(book: RuleBook, file: YamlFile) -> Iterator[Fault]:
    rows = placed(book.products.products, "products")
    by_code: dict[str, list[Placed[schema.Product]]] = defaultdict(list)
    by_variant: dict[tuple[str, str], list[Placed[schema.Product]]] = defaultdict(list)
    for path, product in rows:
        if product.variant != "regular":
            by_code[product.product].append((path, product))
        by_variant[product.phase, product.variant].append((path, product))
    for own_rows in by_code.values():
        # Only a regular product is there in every year; the others have no hole while they exist.
        periods = [book.within(product) for _, product in own_rows]
        whole = Period(min(p.start for p in periods), max(p.until for p in periods))
        yield from _hole(whole, book, file, own_rows)
        yield from _outside_book(book, file, own_rows)
    for variant_rows in by_variant.values():
        yield from _overlaps(book, file, variant_rows)
    for phase in COURSES:
        regular = by_variant.get((phase, "regular"), [])
        if not regular:
            yield file.fault(("products",), f"geen gewoon product voor {phase}", "een per fase")
        else:
            yield from _hole(book.period, book, file, regular)


def _outside_book(
    book: RuleBook, file: YamlFile, rows: Sequence[Placed[schema.Product]]
) -> Iterator[Fault]:
    for path, product in rows:
        if product.valid_from < book.period.start:
            expected = f"een begin vanaf {book.period.start}"
            yield file.fault((*path, "valid_from"), str(product.valid_from), expected)
        if book.within(product).until > book.period.until:
            expected = f"een einde uiterlijk {book.period.until}"
            yield file.fault((*path, "valid_until"), str(product.valid_until), expected)


def _limits(book: RuleBook, file: YamlFile) -> Iterator[Fault]:
    present = {limit.limit for limit in book.limits.limits}
    for name in schema.LIMIT_NAMES:
        if name not in present:
            yield file.fault(("limits",), f"geen grens {name}", "elke grens die de regels lezen")
    for path, limit in placed(book.limits.limits, "limits"):
        is_code = limit.limit in LIMITS_IN_CODE
        if is_code != isinstance(limit.value, str):
            expected = "een code tussen aanhalingstekens" if is_code else "een geheel getal"
            yield file.fault((*path, "value"), repr(limit.value), expected)


def _mono_items(book: RuleBook, file: YamlFile) -> Iterator[Fault]:
    items = {item.item for item in book.mono_tariffs.mono_items}
    for name in COURSE_ITEMS:
        if name not in items:
            expected = "elke prestatie die de waarde op de oude wijze noemt"
            yield file.fault(("mono_items",), f"geen {name}", expected)
    for position, item in enumerate(book.mono_tariffs.mono_items):
        if not item.tariffs:
            place = ("mono_items", position, "tariffs")
            yield file.fault(place, "geen enkel tarief", "ten minste één bekend jaar")


def _element_sets(book: RuleBook, file: YamlFile) -> Iterator[Fault]:
    known = {code.code for code in book.catalogue.catalogue}
    for path, row in placed(book.element_sets.element_sets, "element_sets"):
        if row.sees_all == bool(row.codes):
            expected = "codes, of sees_all: true"
            yield file.fault(path, "beide" if row.codes else "geen van beide", expected)
        for position, code in enumerate(row.codes):
            if code not in known:
                yield file.fault((*path, "codes", position), code, "een code uit catalogue.yaml")
