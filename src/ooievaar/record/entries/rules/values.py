"""Rule `values`: what was typed, as the one text of its kind; asked about, or refused.

A value outside the plausible range asks, one that cannot be is refused. Messages say what, what was
found and what was expected.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ooievaar.record.entries.rules.parts import Element, Range

LONGEST_TEXT = 4000
LONGEST_OTHER = 200
LONGEST_QUOTE = 40
MOST_CHOICES_NAMED = 8
NONE_CODE = "none"
"""A choice that says that there is nothing; it goes with no other."""
YEARS = (1900, 2199)

YES = frozenset({"yes", "y", "ja", "j"})
NO = frozenset({"no", "n", "nee"})

_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(?:[.,][0-9]{1,12})?")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+")
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_DUTCH_DATE = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})")
_TIME = re.compile(r"([0-9]{1,2})[:.u]([0-9]{2})|([0-9]{2})([0-9]{2})")


@dataclass(frozen=True, slots=True)
class Good:
    """A value as it is stored."""

    value: str


@dataclass(frozen=True, slots=True)
class Unlikely:
    """A value that can be, but seldom is: it is stored when whoever typed it says that it is so."""

    value: str
    message: str


@dataclass(frozen=True, slots=True)
class Impossible:
    """Nothing that can be stored."""

    message: str


Read = Good | Unlikely | Impossible


def read_value(element: Element, typed: str, language: str = "nl") -> Read:
    """Read what was typed for an element; what is stored reads as itself again."""
    text = typed.strip()
    longest = LONGEST_TEXT if element.kind == "text" else LONGEST_OTHER
    words = _Words(element, language)
    if len(text) > longest:
        return words.refuse(
            (f"{len(text)} tekens", f"ten hoogste {longest}"),
            (f"{len(text)} characters", f"at most {longest}"),
        )
    if any(_is_unprintable(sign) for sign in text):
        return words.refuse(
            ("een teken dat niet te lezen is", "gewone tekst"),
            ("a character that cannot be read", "plain text"),
        )
    if not text:
        return words.refuse(("niets", "een waarde"), ("nothing", "a value"))
    return _READERS[element.kind](element, text, words)


def decimal_text(value: Decimal) -> str:
    """Write a number as it is stored: a point, no exponent, no trailing zeros."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


class _Words:
    """Tells what is wrong with a value of an element, in the language of who typed it."""

    def __init__(self, element: Element, language: str) -> None:
        self.is_english = language == "en"
        self.name = element.name_en if self.is_english else element.name_nl
        self.unit = f" {element.unit}" if element.unit else ""

    def refuse(self, dutch: tuple[str, str], english: tuple[str, str]) -> Impossible:
        """Return a refusal; each language gives what was found and what was expected."""
        if self.is_english:
            return Impossible(f"{self.name}: found {english[0]}; expected {english[1]}.")
        return Impossible(f"{self.name}: gevonden {dutch[0]}; verwacht {dutch[1]}.")

    def ask(self, found: str, usual: Range) -> str:
        """Return the question about a value that is seldom seen."""
        low, high = (self.number(end) for end in usual)
        if self.is_english:
            return f"{self.name}: {found}{self.unit} is unusual ({low} to {high}). Is it right?"
        return f"{self.name}: {found}{self.unit} is ongewoon ({low} tot {high}). Klopt het?"

    def number(self, value: Decimal) -> str:
        """Write a number as people read it."""
        text = decimal_text(value)
        return text if self.is_english else text.replace(".", ",")


def _number(element: Element, text: str, words: _Words) -> Read:
    bare = _without_unit(text, element.unit)
    found = quoted(bare)
    if not _NUMBER.fullmatch(bare):
        return words.refuse(
            (found, "een getal in gewone cijfers"), (found, "a number in plain digits")
        )
    if element.decimals == 0 and _THOUSANDS.fullmatch(bare):
        return words.refuse(
            (found, f"een getal zonder punt, zoals {bare.replace('.', '')}"),
            (found, f"a number without separators, such as {bare.replace('.', '')}"),
        )
    value = Decimal(bare.replace(",", "."))
    text = decimal_text(value)
    _whole, _point, behind = text.partition(".")
    if len(behind) > element.decimals:
        return words.refuse(
            (found, _decimals_nl(element.decimals)), (found, _decimals_en(element.decimals))
        )
    shown = words.number(value)
    possible = element.possible
    if possible is None:
        possible = (Decimal(0), Decimal(10) ** 12)
    if not possible[0] <= value <= possible[1]:
        low, high = (words.number(end) for end in possible)
        return words.refuse(
            (f"{shown}{words.unit}", f"{low} tot en met {high}{words.unit}"),
            (f"{shown}{words.unit}", f"{low} up to {high}{words.unit}"),
        )
    if element.plausible is not None and not element.plausible[0] <= value <= element.plausible[1]:
        return Unlikely(text, words.ask(shown, element.plausible))
    return Good(text)


def _date(element: Element, text: str, words: _Words) -> Read:
    found = quoted(text)
    if match := _ISO_DATE.fullmatch(text):
        year, month, day = (int(part) for part in match.groups())
    elif match := _DUTCH_DATE.fullmatch(text):
        day, month, year = (int(part) for part in match.groups())
    else:
        return words.refuse(
            (found, "een datum zoals 31-12-2026"), (found, "a date such as 31-12-2026")
        )
    try:
        value = date(year, month, day)
    except ValueError:
        return words.refuse((found, "een dag die bestaat"), (found, "a day that exists"))
    if not YEARS[0] <= year <= YEARS[1]:
        return words.refuse(
            (found, f"een jaar van {YEARS[0]} tot en met {YEARS[1]}"),
            (found, f"a year from {YEARS[0]} up to {YEARS[1]}"),
        )
    return Good(value.isoformat())


def _time(element: Element, text: str, words: _Words) -> Read:
    match = _TIME.fullmatch(text.lower())
    parts = [int(part) for part in match.groups() if part is not None] if match else [99, 99]
    if not match or parts[0] > 23 or parts[1] > 59:
        found = quoted(text)
        return words.refuse((found, "een tijd zoals 09:30"), (found, "a time such as 09:30"))
    return Good(f"{parts[0]:02d}:{parts[1]:02d}")


def _yes_no(element: Element, text: str, words: _Words) -> Read:
    if text.lower() in YES:
        return Good("yes")
    if text.lower() in NO:
        return Good("no")
    return words.refuse((quoted(text), "ja of nee"), (quoted(text), "yes or no"))


def _code(element: Element, text: str, words: _Words) -> Read:
    for choice in element.choices:
        if text == choice.code or text.lower() in (choice.name_nl.lower(), choice.name_en.lower()):
            return Good(choice.code)
    return _no_choice(element, text, words)


def _codes(element: Element, text: str, words: _Words) -> Read:
    found = set(re.split(r"[\s,]+", text.strip(", ")))
    for code in sorted(found):
        if element.choice(code) is None:
            return _no_choice(element, code, words)
    if NONE_CODE in found and len(found) > 1:
        none = element.choice(NONE_CODE)
        assert none is not None, "it is one of the codes found"
        return words.refuse(
            (f"{none.name_nl.lower()}, en nog iets", f"{none.name_nl.lower()}, of iets anders"),
            (f"{none.name_en.lower()}, and more", f"{none.name_en.lower()}, or something else"),
        )
    return Good(" ".join(sorted(found)))


def _text(element: Element, text: str, words: _Words) -> Read:
    return Good(text.replace("\r\n", "\n").replace("\r", "\n"))


_READERS = {
    "number": _number,
    "date": _date,
    "time": _time,
    "yes_no": _yes_no,
    "code": _code,
    "codes": _codes,
    "text": _text,
}


def quoted(text: str) -> str:
    """Quote what was found, no longer than a line of a message can hold."""
    short = text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…"
    return f'"{short}"'


def _no_choice(element: Element, text: str, words: _Words) -> Impossible:
    named = element.choices[:MOST_CHOICES_NAMED]
    more = " …" if len(element.choices) > MOST_CHOICES_NAMED else ""
    dutch = ", ".join(choice.name_nl for choice in named)
    english = ", ".join(choice.name_en for choice in named)
    return words.refuse(
        (quoted(text), f"een van: {dutch}{more}"), (quoted(text), f"one of: {english}{more}")
    )


def _without_unit(text: str, unit: str) -> str:
    """Take the unit off that people type behind a number."""
    if unit and text.lower().endswith(unit.lower()):
        return text[: -len(unit)].rstrip()
    return text


def _decimals_nl(decimals: int) -> str:
    if decimals == 0:
        return "een heel getal"
    return f"ten hoogste {decimals} cijfer{'s' if decimals > 1 else ''} achter de komma"


def _decimals_en(decimals: int) -> str:
    if decimals == 0:
        return "a whole number"
    return f"at most {decimals} decimal{'s' if decimals > 1 else ''}"


def _is_unprintable(sign: str) -> bool:
    """Tell whether a character is none that people write: control, private, half of a pair."""
    return sign not in "\n\r\t" and unicodedata.category(sign) in ("Cc", "Cs", "Co", "Cn")
