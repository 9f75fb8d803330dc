"""Who is behind the numbers of a kernset: the LVR ids that `--providers` maps, and the others."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ooievaar.exchange.reading import read_table
from ooievaar.exchange.showing import shown
from ooievaar.exchange.tables import DISCIPLINES
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.kernel.identifiers import is_agb
from ooievaar.network.models import Organisation

COLUMNS = ("lvr_id", "agb", "name", "discipline")
STAND_IN = "99"
"""No AGB code begins with 99: a provider that is not mapped gets 99 and its number."""


@dataclass(frozen=True)
class Provider:
    """An organisation behind a number; `is_new` when it is not in the database yet."""

    agb: str
    name: str
    discipline: str
    is_mapped: bool
    is_new: bool


def read_providers(path: Path | None) -> dict[str, tuple[str, str, str]]:
    """Read the mapping: number to (AGB, name, discipline); an empty one without a file.

    Raises InputRejected with every fault in the file.
    """
    if path is None:
        return {}
    read = read_table(path)
    if isinstance(read, list):
        raise InputRejected(read)
    faults = [
        Fault(path.name, 1, name, "een onbekende kolom", "een van: " + ", ".join(COLUMNS))
        for name in read.column_names
        if name not in (*COLUMNS, "_row")
    ]
    faults += [
        Fault(path.name, 1, name, "niets", "deze kolom")
        for name in COLUMNS[:2]
        if name not in read.column_names
    ]
    if faults:
        raise InputRejected(faults)
    mapping: dict[str, tuple[str, str, str]] = {}
    for row in read.to_pylist():
        number, agb, name, discipline = (str(row.get(column) or "").strip() for column in COLUMNS)
        tests = (
            ("lvr_id", number, bool(number) and number not in mapping,
             "een nummer dat nog niet voorkwam"),
            ("agb", agb, is_agb(agb), "een AGB-code van acht cijfers"),
            ("discipline", discipline, discipline in ("", *DISCIPLINES),
             "leeg of een van: " + ", ".join(DISCIPLINES)),
        )  # fmt: skip
        faults += [
            Fault(path.name, row["_row"], column, shown(found), expected)
            for column, found, right, expected in tests
            if not right
        ]
        mapping[number] = (agb, name, discipline)
    if faults:
        raise InputRejected(faults)
    return mapping


def stand_in_agb(number: str) -> str:
    """Return the made-up code of a provider that is not mapped: 99 and the last six digits."""
    digits = "".join(char for char in number if char.isdecimal())
    return STAND_IN + digits[-6:].zfill(6)


def find_provider(
    number: str, agb: str, mapping: Mapping[str, tuple[str, str, str]], line: str
) -> Provider:
    """Return the organisation behind a number: mapped, known by its own AGB, or a stand-in."""
    mapped = mapping.get(number) or (mapping.get(agb) if agb else None)
    own = agb if is_agb(agb) else number if is_agb(number) else ""
    code, name, discipline = mapped or (own or stand_in_agb(number), "", "")
    stored = Organisation.objects.filter(agb=code).first()
    if stored is not None:
        known = not code.startswith(STAND_IN)
        return Provider(code, stored.name, stored.discipline, known, is_new=False)
    return Provider(
        agb=code,
        name=name or f"Zorgaanbieder {number} (kernset)",
        discipline=discipline or ("hospital" if line == "second" else "midwives"),
        is_mapped=mapped is not None,
        is_new=True,
    )
