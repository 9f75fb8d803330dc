"""How facts and results of many regions lie in a folder: Parquet, apart by region and year.

    activities/region=07/year=2025/part.parquet     year of the act
    pregnancies/region=07/year=2025/part.parquet    year of the first intake
    organisations/region=07/part.parquet            and so on: every other input of the rules
    catalogue.parquet                               or in each region, and then everywhere the same

Numbers are unique over all regions. Folders of regions lie in each other without more: copying
them together makes a larger one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ooievaar.bundles.rules.facts import INPUTS, OUTPUTS, PERFORMED, columns
from ooievaar.contracts.rules.schemas import SHARES
from ooievaar.kernel.faults import Fault, InputRejected, refusal
from ooievaar.settlement.rules.stages import AGREED, DERIVED

TABLES = {**INPUTS, **AGREED}
"""Every table of a folder of facts, with its columns."""
CODES = {  # no input of a rule: who the numbers are, by their public code
    "kind": "string",  # agb: an organisation; uzovi: an insurer
    "number": "int64",
    "code": "string",
}
BY_YEAR = {"activities": "performed_on", "pregnancies": "first_intake_on"}
"""Tables that lie apart by the year of this day."""
OF_EVERYBODY = (
    "catalogue",
    "products_in_force",
    "mono_tariffs",
    "limits",
    "clock",
    "price_list",
)
"""Tables that may stand in every region and say the same: a row counts once."""
UNIQUE = {  # what may stand once in all of them together
    "activities": ("activity_id",),
    "pregnancies": ("pregnancy_id",),
    "organisations": ("organisation_id",),
    "agreements": ("agreement_id",),
    "catalogue": ("code", "valid_from"),
    "products_in_force": ("phase", "variant", "valid_from"),
    "mono_tariffs": ("item", "valid_from"),
    "limits": ("valid_from",),
    "price_list": ("organisation_id", "code", "valid_from"),
}

RESULTS = {
    "routes": OUTPUTS["routes"],
    "phases": OUTPUTS["phases"],
    "products": OUTPUTS["products"],
    "breakers": OUTPUTS["breakers"],
    "dispositions": OUTPUTS["dispositions"],
    "money": SHARES,
}
"""What a derivation writes, apart by region and year."""
FOR_THE_DIVISION = {
    "performed": PERFORMED,
    "mono_parts": DERIVED["mono_parts"],
    "kraamzorg_values": DERIVED["kraamzorg_values"],
}
"""What the division of a region reads beside its results and its agreement."""


def table_path(folder: Path, name: str) -> Path | None:
    """Return where a table lies; None when it has no row anywhere."""
    path = folder / name
    if path.is_dir():
        return path if next(path.rglob("*.parquet"), None) else None
    path = folder / f"{name}.parquet"
    return path if path.exists() else None


def region_path(folder: Path, name: str, region: str) -> Path | None:
    """Return where the rows of a region lie, or those of everybody."""
    if (folder / name).is_dir():
        path = folder / name / f"region={region}"
        return path if path.exists() else None
    return table_path(folder, name)


def regions_of(folder: Path) -> list[str]:
    """Return the regions of a folder of facts; InputRejected when it is none."""
    found = sorted(path.name.removeprefix("region=") for path in folder.glob("activities/region=*"))
    missing = [
        name for name in ("pregnancies", "clock", "catalogue") if not table_path(folder, name)
    ]
    if not found or missing:
        named = ", ".join(f"{name} ontbreekt" for name in missing) or "geen activities/region=…"
        expected = "een map met feiten per regio (ooievaar snapshot)"
        raise InputRejected([Fault(str(folder), None, "", named, expected)])
    return found


def new_folder(folder: Path) -> Path:
    """Make a folder to write in; InputRejected when it cannot be, or holds something."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_empty = not any(folder.iterdir())
    except OSError as error:
        expected = "een map waarin te schrijven is"
        raise InputRejected([Fault(str(folder), None, "", refusal(error), expected)]) from None
    if not is_empty:
        found, expected = "een map waarin al iets staat", "een lege of nieuwe map"
        raise InputRejected([Fault(str(folder), None, "", found, expected)])
    return folder


def names_of(schema: Mapping[str, str]) -> str:
    """Return the columns of a table as a query names them."""
    return ", ".join(columns(schema))
