"""Reads the text of a pathway whole: its YAML, its shape, and what it names elsewhere."""

import hashlib
from functools import lru_cache

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ooievaar import rulebook
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.pathways.rules.definition import Definition, findings_against, findings_within
from ooievaar.record.entries import dictionary
from ooievaar.rulebook.loading import schema_fault
from ooievaar.rulebook.yaml_source import YamlFile, read_yaml_text

LONGEST_TEXT = 200_000

_EXPECTED = {
    "less_than_equal": "hoogstens {le}",
    "too_short": "ten minste één regel",
}
_BY_PATTERN = {
    r"^\d{1,2}\+[0-6]$": "weken en dagen zoals 27+0",
    r"^[a-z][a-z0-9_]{1,39}$": "kleine letters, cijfers en _",
    r"^[a-z][a-z0-9_]{1,47}(=[A-Za-z0-9_]{1,47})?$": "een element, zo nodig met =waarde",
}


def read_definition(name: str, text: str) -> Definition:
    """Return a pathway, checked whole; InputRejected carries every fault with its line."""
    definition, file = _shape(name, text)
    known = dictionary.load()
    found = findings_within(definition) + findings_against(
        definition,
        codes=(row.code for row in rulebook.load().catalogue.catalogue),
        forms=known.forms_by_key,
        elements=known.elements_by_key,
    )
    if found:
        raise InputRejected(file.fault(*finding) for finding in found)
    return definition


def faults_in(name: str, text: str) -> list[Fault]:
    """Return everything that is wrong with the text of a pathway; nothing when it is sound."""
    try:
        read_definition(name, text)
    except InputRejected as rejected:
        return rejected.faults
    return []


@lru_cache(maxsize=512)
def stored_definition(sha256: str, text: str) -> Definition:
    """Return a version that was checked when it was stored; read once per process, by its hash.

    The catalogue may have moved on since: what it does not know any more is simply never done.
    """
    assert sha256 == hash_of(text), "the text of a pathway was changed"
    return _shape("zorgpad", text)[0]


def hash_of(text: str) -> str:
    """Return the hash that is signed: of the text, byte for byte."""
    return hashlib.sha256(text.encode()).hexdigest()


def _shape(name: str, text: str) -> tuple[Definition, YamlFile]:
    if len(text) > LONGEST_TEXT:
        fault = Fault(name, None, "", f"{len(text)} tekens", f"hoogstens {LONGEST_TEXT}")
        raise InputRejected([fault])
    file = read_yaml_text(name, text)
    try:
        return Definition.model_validate(file.content), file
    except ValidationError as error:
        details = _told_once(error.errors())
        raise InputRejected(_fault(file, detail) for detail in details) from None


def _told_once(details: list[ErrorDetails]) -> list[ErrorDetails]:
    """Leave out that a list is too short where that is because of what is wrong within it."""
    return [
        detail
        for detail in details
        if detail["type"] != "too_short"
        or not any(
            other["loc"][: len(detail["loc"])] == detail["loc"]
            for other in details
            if other is not detail
        )
    ]


def _fault(file: YamlFile, detail: ErrorDetails) -> Fault:
    kind, context, path = detail["type"], detail.get("ctx", {}), detail["loc"]
    if kind == "string_pattern_mismatch":
        expected = _BY_PATTERN.get(context["pattern"], "een andere schrijfwijze")
        return file.fault(path, repr(detail["input"]), expected)
    if kind in _EXPECTED:
        found = "niets" if kind == "too_short" else repr(detail["input"])
        return file.fault(path, found, _EXPECTED[kind].format(**context))
    if kind in {"gestation", "window", "timing", "marks", "per_child", "condition"}:
        found = detail["input"] if isinstance(detail["input"], str) else "deze sleutels"
        return file.fault(path, found, detail["msg"])
    return schema_fault(file, detail)
