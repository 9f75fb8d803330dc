"""Reads the text of an agreement whole: its YAML, its shape, the names in it, and its sums."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ooievaar.contracts.agreements import schema, terms
from ooievaar.contracts.rules import agreement as said
from ooievaar.contracts.rules.agreement import Distribution, Finding, Place
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.rulebook.loading import schema_fault
from ooievaar.rulebook.yaml_source import KeyPath, YamlFile, read_yaml_text

LONGEST_TEXT = 400_000
NAME = "verdeelafspraak"

_BY_PATTERN = {
    r"^\d{8}$": "een AGB-code: acht cijfers tussen aanhalingstekens",
    r"^\d{4}$": "vier cijfers tussen aanhalingstekens",
    r"^[A-Za-z0-9][A-Za-z0-9-]{0,15}$": "een code van de catalogus",
    r"^([A-Za-z0-9][A-Za-z0-9-]{0,15}|elke andere code)$": "een code, of: elke andere code",
}
_OWN = {"percent", "amount", "one_of", "shares"}


def read_agreement(name: str, text: str) -> Distribution:
    """Return an agreement, checked whole; InputRejected carries every fault with its line."""
    file, shape = _shape(name, text)
    reader = _Reader(file, shape)
    agreement = reader.agreement()
    if reader.faults:
        raise InputRejected(reader.faults)
    faults = [_finding_fault(file, agreement, found) for found in said.findings(agreement)]
    if faults:
        raise InputRejected(faults)
    return agreement


def faults_in(name: str, text: str) -> list[Fault]:
    """Return everything that is wrong with the text of an agreement; nothing when it is sound."""
    try:
        read_agreement(name, text)
    except InputRejected as rejected:
        return rejected.faults
    return []


def with_lines(faults: Iterable[Fault], text: str) -> list[Fault]:
    """Give faults of a text that was read the line of what they name, where it stands there."""
    file = read_yaml_text(NAME, text)
    return [
        fault if fault.row is not None else replace(fault, row=_line_of(file, fault.column))
        for fault in faults
    ]


def _line_of(file: YamlFile, column: str) -> int | None:
    """Find the line of `partijen.<name>`, `voorbeelden[<name>].dan.<name>` and their like."""
    for path, line in file.lines.items():
        if path and _said_as(file, path) == column:
            return line
    return None


def _said_as(file: YamlFile, path: KeyPath) -> str:
    match path:
        case ("voorbeelden", int(number), "dan", str(name)):
            return f"voorbeelden[{file.content['voorbeelden'][number]['naam']}].dan.{name}"
        case ("leveranciers", int(number)):
            return f"leveranciers.{file.content['leveranciers'][number]['naam']}"
        case ("partijen", _, str(name)):
            return f"partijen.{name}"
        case (str(key),):
            return key
    return ""


@lru_cache(maxsize=128)
def stored_agreement(sha256: str, text: str) -> Distribution:
    """Return a version that was checked when it was stored; read once per process, by its hash."""
    assert sha256 == hash_of(text), "the text of an agreement was changed"
    return read_agreement(NAME, text)


def hash_of(text: str) -> str:
    """Return the hash that is signed: of the text, byte for byte."""
    return hashlib.sha256(text.encode()).hexdigest()


def _shape(name: str, text: str) -> tuple[YamlFile, schema.AgreementText]:
    if len(text) > LONGEST_TEXT:
        fault = Fault(name, None, "", f"{len(text)} tekens", f"hoogstens {LONGEST_TEXT}")
        raise InputRejected([fault])
    file = read_yaml_text(name, text)
    try:
        return file, schema.AgreementText.model_validate(file.content)
    except ValidationError as error:
        details = told_once(error.errors())
        raise InputRejected(_shape_fault(file, detail) for detail in details) from None


def told_once(details: list[ErrorDetails]) -> list[ErrorDetails]:
    """Leave out that a list is too short where that is because of what is wrong within it."""
    places = [detail["loc"] for detail in details]
    return [
        row
        for row in details
        if row["type"] != "too_short"
        or not any(loc != row["loc"] and loc[: len(row["loc"])] == row["loc"] for loc in places)
    ]


def _shape_fault(file: YamlFile, detail: ErrorDetails) -> Fault:
    kind, context, path = detail["type"], detail.get("ctx", {}), detail["loc"]
    if path and path[-1] == "[key]":
        path = path[:-1]
    found = "niets" if detail["input"] is None else _shown(detail["input"])
    if kind == "string_pattern_mismatch":
        return file.fault(
            path, found, _BY_PATTERN.get(context["pattern"], "een andere schrijfwijze")
        )
    if kind in _OWN:
        return file.fault(path, found, detail["msg"])
    if kind == "extra_forbidden":
        return file.fault(path, "een onbekende sleutel", "een sleutel van de verdeelafspraak")
    if kind == "less_than_equal":
        return file.fault(path, found, f"hoogstens {context['le']}")
    if kind == "string_too_long":
        return file.fault(path, f"{len(detail['input'])} tekens", "hoogstens 120 tekens")
    if kind == "too_long":
        most = context["max_length"]
        return file.fault(path, f"{context['actual_length']} regels", f"hoogstens {most}")
    if kind == "too_short":
        return file.fault(path, "niets", "ten minste één regel")
    if kind == "date_from_datetime_inexact":
        return file.fault(path, found, "een datum zoals jjjj-mm-dd")
    if kind == "dict_type":
        return file.fault(path, found, "namen met waarden")
    return schema_fault(file, {**detail, "loc": path})


def _shown(value: Any) -> str:
    return "deze sleutels" if isinstance(value, dict | tuple | schema.Written) else repr(value)


class _Reader:
    """Turns the shape into values: words into keys, names into parties; keeps what it misses."""

    def __init__(self, file: YamlFile, shape: schema.AgreementText) -> None:
        self.file = file
        self.shape = shape
        self.faults: list[Fault] = []
        self.agb_by_name: dict[str, str] = {}
        self.supplier_by_name: dict[str, str] = {}

    def agreement(self) -> Distribution:
        shape = self.shape
        parties = tuple(self._parties())
        for index, supplier in enumerate(shape.leveranciers):
            self._new_name(supplier.naam, ("leveranciers", index, "naam"))
            self.supplier_by_name[supplier.naam] = supplier.agb
        return Distribution(
            title=shape.titel,
            network=shape.netwerk,
            valid_from=shape.geldt_vanaf,
            valid_until=shape.geldt_tot,
            explanation=shape.toelichting or "",
            parties=parties,
            overhead=self._overhead(),
            reserve=self._reserve(),
            surcharges=tuple(
                said.Surcharge(row.naam, row.doel, row.bedrag_per_jaar or 0, row.deel or 0)
                for row in shape.toeslagen
            ),
            products=self._products(),
            disciplines=self._disciplines(),
            suppliers=tuple(
                said.SupplierRule(row.agb, row.naam, row.codes, row.prijzen)
                for row in shape.leveranciers
            ),
            guarantee=self._guarantee(),
            safety_nets=tuple(
                said.SafetyNet(row.uzovi, row.ruimte, row.verrekend) for row in shape.vangnet
            ),
            advances=self._advances(),
            pays_when=cast(Any, PAYS_WHEN[shape.betalen] if shape.betalen else ""),
            examples=tuple(self._example(n, row) for n, row in enumerate(shape.voorbeelden)),
        )

    def _parties(self) -> Iterator[said.Party]:
        for word, rows in self.shape.partijen.items():
            for name, agb in rows.items():
                self._new_name(name, ("partijen", word, name))
                self.agb_by_name[name] = agb
                yield said.Party(agb, name, DISCIPLINES[word])

    def _new_name(self, name: str, path: KeyPath) -> None:
        if name in self.agb_by_name or name in self.supplier_by_name:
            self._fault(path, f"{name} twee keer", "elke naam één keer")
        elif name in RESERVED:
            self._fault(path, name, "een naam die nog niets anders betekent")

    def _overhead(self) -> said.Overhead:
        row = self.shape.organisatiekosten
        return said.Overhead(row.deel or 0, row.per_maand or 0) if row else said.Overhead()

    def _reserve(self) -> said.Reserve | None:
        row = self.shape.reserve
        if row is None:
            return None
        return said.Reserve(row.deel, row.hoogstens, cast(Any, RELEASES[row.vrijval]))

    def _products(self) -> dict[str, said.ProductRule]:
        return {
            PRODUCTS[word]: said.ProductRule(
                method=cast(Any, METHODS[row.werkwijze]),
                shares={
                    DISCIPLINES[name]: ppm for name, ppm in (row.aandelen or row.daarna).items()
                },
                until=row.tot,
                unit_prices={
                    said.ANY_CODE if code == terms.ANY_CODE else code: cents
                    for code, cents in row.prijzen.items()
                },
                members={
                    DISCIPLINES[name]: cast(Any, METHODS[method])
                    for name, method in row.anders_binnen.items()
                },
            )
            for word, row in self.shape.producten.items()
        }

    def _disciplines(self) -> dict[str, said.MemberRule]:
        found = {}
        for word, row in self.shape.disciplines.items():
            at: KeyPath = ("disciplines", word)
            found[DISCIPLINES[word]] = said.MemberRule(
                method=cast(Any, METHODS[row.werkwijze]),
                shares=self._by_party(row.aandelen, (*at, "aandelen")),
                is_secret=row.besloten == terms.YES,
                cooperatives=tuple(
                    self._cooperative(one, (*at, "cooperaties", index))
                    for index, one in enumerate(row.cooperaties)
                ),
            )
        return found

    def _cooperative(self, row: schema.Cooperative, at: KeyPath) -> said.Cooperative:
        return said.Cooperative(
            agb=self._party(row.cooperatie, (*at, "cooperatie")),
            members=tuple(
                self._party(name, (*at, "leden", index)) for index, name in enumerate(row.leden)
            ),
            method=cast(Any, METHODS[row.werkwijze]),
            shares=self._by_party(row.aandelen, (*at, "aandelen")),
            is_secret=row.besloten == terms.YES,
        )

    def _guarantee(self) -> said.Guarantee | None:
        row = self.shape.garantie
        if row is None:
            return None
        return said.Guarantee(
            ppm_by_year={int(year): ppm for year, ppm in row.deel_per_jaar.items()},
            reference=cast(Any, REFERENCES[row.maatstaf]),
            reference_year=row.jaar,
            cap_ppm=row.hoogstens,
            financed_by=cast(Any, tuple(FINANCIERS[word] for word in row.betaald_uit)),
        )

    def _advances(self) -> said.Advances | None:
        row = self.shape.voorschotten
        if row is None:
            return None
        own = row.geldgever == terms.IGO
        return said.Advances(
            share_ppm=row.deel,
            lender="igo" if own else self._party(row.geldgever, ("voorschotten", "geldgever")),
            limit_cents=row.hoogstens,
            stop_when_leaving=row.stopt_bij_vertrek == terms.YES,
            stop_after_months_without_care=row.stopt_na_maanden_zonder_zorg,
        )

    def _example(self, number: int, row: schema.Example) -> said.Example:
        at: KeyPath = ("voorbeelden", number)
        given = tuple(
            self._given(one, (*at, "gegeven", index)) for index, one in enumerate(row.gegeven)
        )
        then = {
            OUTCOMES.get(name)
            or self.supplier_by_name.get(name)
            or self._party(name, (*at, "dan", name)): cents
            for name, cents in row.dan.items()
        }
        return said.Example(row.naam, given, then)

    def _given(self, row: schema.Given, at: KeyPath) -> said.GivenProduct:
        if row.product == terms.PRODUCTS[said.ANY_PRODUCT]:
            self._fault((*at, "product"), row.product, "de naam van een product")
        return said.GivenProduct(
            product=PRODUCTS[row.product],
            cents=row.bedrag,
            starts_on=row.begint,
            performed=self._by_party(row.verricht, (*at, "verricht")),
            codes=self._by_party(row.codes, (*at, "codes")),
            mono=self._by_party(row.oude_bekostiging, (*at, "oude_bekostiging")),
            supplied={
                self._supplier(name, (*at, "facturen", name)): cents
                for name, cents in row.facturen.items()
            },
        )

    def _by_party(self, rows: Mapping[str, Any], at: KeyPath) -> dict[str, Any]:
        return {self._party(name, (*at, name)): value for name, value in rows.items()}

    def _party(self, name: str, path: KeyPath) -> str:
        return self._known(self.agb_by_name, name, path, "een naam uit partijen")

    def _supplier(self, name: str, path: KeyPath) -> str:
        return self._known(self.supplier_by_name, name, path, "een naam uit leveranciers")

    def _known(self, names: Mapping[str, str], name: str, path: KeyPath, expected: str) -> str:
        if name not in names:
            self._fault(path, repr(name), expected + _like(name, names))
        return names.get(name, name)

    def _fault(self, path: KeyPath, found: str, expected: str) -> None:
        self.faults.append(self.file.fault(path, found, expected))


def _like(name: str, names: Iterable[str]) -> str:
    """Name the one that was probably meant."""
    found = get_close_matches(name, list(names), 1)
    return f" (bedoelt u {found[0]}?)" if found else ""


def _finding_fault(file: YamlFile, agreement: Distribution, finding: Finding) -> Fault:
    """Tell a finding at the line where the text says it, in the words of the text."""
    names = {party.agb: party.name for party in agreement.parties}
    words = terms.DISCIPLINES | terms.PRODUCTS | names
    olds = {key for key, rule in agreement.products.items() if rule.method == "mono_pro_rata"}
    found = words.get(finding.found, finding.found)
    return file.fault(_path(finding.place, words, olds), found, finding.expected)


def _path(place: Place, words: Mapping[str, str], olds: set[str]) -> KeyPath:
    path: list[str | int] = []
    for depth, step in enumerate(place):
        if isinstance(step, int):
            path.append(step)
        elif place[0] == "products" and depth == 2 and step == "members":
            path.append("anders_binnen")
        elif place[0] == "products" and depth == 2 and step == "shares":
            path.append("daarna" if place[1] in olds else "aandelen")
        elif depth == 0 or step not in words:
            path.append(terms.FIELDS.get(step, step))
        else:
            path.append(words[step])
    return tuple(path)


DISCIPLINES = terms.keyed(terms.DISCIPLINES)
PRODUCTS = terms.keyed(terms.PRODUCTS)
METHODS = terms.keyed(terms.METHODS)
RELEASES = terms.keyed(terms.RELEASES)
REFERENCES = terms.keyed(terms.REFERENCES)
PAYS_WHEN = terms.keyed(terms.PAYS_WHEN)
FINANCIERS = terms.keyed(terms.FINANCIERS)
OUTCOMES = terms.keyed(terms.OUTCOMES)
RESERVED = {*OUTCOMES, terms.IGO}
