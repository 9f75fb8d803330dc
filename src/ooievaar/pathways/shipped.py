"""The pathways that come with the code: examples, to be agreed by the region before use."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ooievaar.pathways.reading import hash_of, read_definition
from ooievaar.pathways.rules.definition import Definition

FOLDER = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Shipped:
    """A version as it lies in `data/`: `zwangerschapsdiabetes.v2.yaml` is number 2 of its key."""

    file: str
    number: int
    text: str
    sha256: str
    definition: Definition


@cache
def shipped() -> tuple[Shipped, ...]:
    """Return all of them by key and number; InputRejected when one does not hold."""
    found = []
    for path in sorted(FOLDER.glob("*.v*.yaml")):
        text = path.read_text(encoding="utf-8")
        number = int(path.name.removesuffix(".yaml").rpartition(".v")[2])
        found.append(
            Shipped(path.name, number, text, hash_of(text), read_definition(path.name, text))
        )
    return tuple(sorted(found, key=lambda row: (row.definition.key, row.number)))


def newest(key: str) -> Shipped | None:
    """Return the newest shipped version of a pathway."""
    return max((row for row in shipped() if row.definition.key == key),
               key=lambda row: row.number, default=None)  # fmt: skip
