"""Reads the files of the rule book, holds them against their schema and against each other."""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.rulebook.book import RuleBook
from ooievaar.rulebook.consistency import faults_between
from ooievaar.rulebook.schema import FILES, Frozen
from ooievaar.rulebook.yaml_source import KeyPath, YamlFile, read_yaml

FOLDER = Path(__file__).parent / "data"
"""The data that comes with the code."""

EDITION_CHARACTERS = 16

_EXPECTED = {
    "missing": "deze verplichte sleutel",
    "int_type": "een geheel getal",
    "string_type": "tekst (een code tussen aanhalingstekens)",
    "string_too_short": "tekst",
    "bool_type": "true of false",
    "date_type": "een datum zoals jjjj-mm-dd",
    "tuple_type": "een lijst",
    "model_type": "sleutels met waarden",
}


def load(folder: Path | None = None) -> RuleBook:
    """Return the rule book, checked whole; InputRejected carries every fault that was found.

    Without a folder: the data that comes with the code, read once per process.
    """
    return _load_default() if folder is None else _load(folder)


def check(folder: Path | None = None) -> list[Fault]:
    """Return everything that is wrong with the files in a folder; nothing when they are sound."""
    try:
        _load(folder or FOLDER)
    except InputRejected as rejected:
        return rejected.faults
    return []


@cache
def _load_default() -> RuleBook:
    return _load(FOLDER)


def _load(folder: Path) -> RuleBook:
    if not folder.is_dir():
        raise InputRejected([Fault(folder.name, None, "", "geen map", "een map met het regelboek")])
    files, models = read_models(folder, FILES)
    book = RuleBook(edition=_edition(models), **models)
    faults = list(faults_between(book, files))
    if faults:
        raise InputRejected(faults)
    return book


def read_models(
    folder: Path, models_by_file: Mapping[str, type[Frozen]]
) -> tuple[dict[str, YamlFile], dict[str, Any]]:
    """Read the files of a folder, each by its model; return them and their models by name.

    InputRejected carries every fault that was found in them, and every file that has no model.
    """
    faults = [
        Fault(path.name, None, "", "dit bestand", f"alleen: {', '.join(models_by_file)}")
        for path in sorted(folder.glob("*.y*ml"))
        if path.name not in models_by_file
    ]
    files: dict[str, YamlFile] = {}
    models: dict[str, Any] = {}
    for name, model in models_by_file.items():
        try:
            files[name] = read_yaml(folder / name)
            models[name.removesuffix(".yaml")] = model.model_validate(files[name].content)
        except InputRejected as rejected:
            faults.extend(rejected.faults)
        except ValidationError as error:
            found = [schema_fault(files[name], detail) for detail in error.errors()]
            # A value that fits no member of a union is refused once for each member.
            faults.extend({fault.column: fault for fault in reversed(found)}.values())
    if faults:
        raise InputRejected(faults)
    return files, models


def _edition(models: dict[str, Frozen]) -> str:
    """Hash what the book says; comments, order of keys and layout are not part of that."""
    content = {name: model.model_dump(mode="json") for name, model in models.items()}
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:EDITION_CHARACTERS]


def schema_fault(file: YamlFile, detail: ErrorDetails) -> Fault:
    """Turn one refusal of the schema into a fault that names file, line and key."""
    path = _existing_path(file, detail["loc"])
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return file.fault(path, "een onbekende sleutel", "alleen sleutels die het boek kent")
    if kind == "missing":
        return file.fault(path, "niets", _EXPECTED[kind])
    found = repr(detail["input"]) if not isinstance(detail["input"], dict) else "sleutels"
    if kind == "literal_error":
        return file.fault(path, found, f"een van: {context['expected'].replace(' or ', ', ')}")
    if kind == "greater_than_equal":
        return file.fault(path, found, f"ten minste {context['ge']}")
    expected = _EXPECTED.get(kind, "een andere waarde")
    if kind == "int_type" and "cents" in str(path[-1]):
        expected += " in centen"
    return file.fault(path, found, expected)


def _existing_path(file: YamlFile, loc: KeyPath) -> KeyPath:
    """Drop what pydantic adds to a place (the tried member of a union) and the file has not."""
    return loc[:-1] if loc and loc not in file.lines and loc[:-1] in _leaves(file) else loc


def _leaves(file: YamlFile) -> set[KeyPath]:
    inner = {path[:-1] for path in file.lines if path}
    return {path for path in file.lines if path not in inner}
