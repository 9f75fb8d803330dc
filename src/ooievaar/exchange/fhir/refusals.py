"""What `fhir.resources` has against a resource, told in Dutch: element, found, expected. Pure."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from ooievaar.exchange.showing import shown
from ooievaar.kernel.faults import Fault

WHOLE = "een hele FHIR STU3-resource (of een Bundle) in XML of JSON"
MOST = 20
"""More faults of one file than this tell nothing new."""
PRIVATE = {"name", "family", "given", "telecom", "address", "birthDate", "identifier", "line"}
"""What stands in these elements is never shown."""
EXPECTED = {
    "extra_forbidden": "geen element met deze naam in STU3",
    "missing": "dit element: het is verplicht",
    "string_type": "tekst",
    "model_type": "een object",
    "list_type": "een lijst",
    "bool_type": "true of false",
    "bool_parsing": "true of false",
    "int_type": "een geheel getal",
    "int_parsing": "een geheel getal",
    "decimal_type": "een getal",
    "decimal_parsing": "een getal",
    "too_short": "ten minste één waarde",
    "model_validation_format": "een object van de soort die STU3 hier heeft",
}
BY_WORDS = (
    ("got multiple", "ten hoogste één van de vormen van dit element"),
    ("DateTime", "een datum of tijdstip als 2025-01-31 of 2025-01-31T09:05:00+01:00"),
    ("date", "een datum die bestaat, als 2025-01-31"),
    ("Decimal", "een getal"),
    ("regex", "een waarde in de vorm die STU3 voorschrijft"),
    ("required", "dit element: het is verplicht"),
)


def refusals(name: str, kind: str, error: ValidationError) -> list[Fault]:
    """Return a fault per element that cannot be, at most `MOST`."""
    faults = []
    for one in error.errors(include_url=False)[:MOST]:
        path = _path(kind, one["loc"])
        fault = Fault(name, None, path, _found(path, one), _expected(one))
        if fault not in faults:
            faults.append(fault)
    return faults


def _path(kind: str, where: tuple[int | str, ...]) -> str:
    path = kind
    for step in where:
        if isinstance(step, int):
            path += f"[{step + 1}]"
        elif step not in ("root", kind):
            path += f".{step}"
    return path


def _found(path: str, error: Mapping[str, Any]) -> str:
    if error["type"] == "missing":
        return "niets"
    given = error.get("input")
    if isinstance(given, dict):
        return "een object"
    if isinstance(given, list):
        return "een lijst"
    if PRIVATE & {step.split("[")[0] for step in path.split(".")}:
        return "een waarde die niet wordt getoond"
    return shown(None if given is None else str(given))


def _expected(error: Mapping[str, Any]) -> str:
    if known := EXPECTED.get(error["type"]):
        return known
    words = str(error.get("msg", ""))
    return next((said for sign, said in BY_WORDS if sign in words), "een waarde die STU3 toelaat")
