"""Why lines stand still, as data that comes along: which return code probably means what."""

from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from ooievaar.claims.messages.codes import RETURN_CODES, Codes
from ooievaar.claims.rules.deadlines import NEARING_DAYS
from ooievaar.claims.rules.problems import Cause, Causes

PER = frozenset({"woman", "product", "batch", "insurer", "code"})


@dataclass(frozen=True, slots=True)
class CauseText:
    """What a cause is called, and what probably happened; none of it was checked by the field."""

    name_nl: str
    name_en: str
    probably_nl: str
    probably_en: str


@dataclass(frozen=True, slots=True)
class CauseBook:
    """The causes with their texts."""

    causes: Causes
    texts: dict[str, CauseText]
    is_verified: bool

    def name(self, key: str, language: str) -> str:
        """Return what a cause is called."""
        text = self.texts[key]
        return text.name_en if language == "en" else text.name_nl

    def probably(self, key: str, language: str) -> str:
        """Return what probably happened."""
        text = self.texts[key]
        return text.probably_en if language == "en" else text.probably_nl


@lru_cache(maxsize=1)
def cause_book() -> CauseBook:
    """Return the causes that come along; a mistake in them is a bug, and raises."""
    read: dict[str, Any] = yaml.safe_load(
        files("ooievaar.claims").joinpath("data/causes.yaml").read_text("utf-8")
    )
    known = tuple(
        Cause(
            key=row["key"],
            per=row["per"],
            fixes=tuple(row["fixes"]),
            codes=frozenset(row.get("codes", ())),
            reasons=frozenset(row.get("reasons", ())),
            meant=frozenset(row.get("meant", ())),
            is_technical=row.get("is_technical", False),
        )
        for row in read["causes"]
    )
    if wrong := [cause.key for cause in known if cause.per not in PER or not cause.fixes]:
        raise ValueError(f"causes.yaml: {wrong}")
    return CauseBook(
        causes=Causes(
            known=known,
            no_answer_days=read["no_answer_days"],
            unpaid_days=read["unpaid_days"],
            nearing_days=NEARING_DAYS,
        ),
        texts={
            row["key"]: CauseText(**{name: row[name] for name in CauseText.__slots__})
            for row in read["causes"]
        },
        is_verified=read["verified"],
    )


def causes_by(codes: Codes) -> Causes:
    """Return the causes, with what the lists of codes in force say that mends a code."""
    meant = {
        code: row.fix
        for code, periods in codes.entries.get(RETURN_CODES, {}).items()
        for row in periods
        if row.fix
    }
    return replace(cause_book().causes, meant=meant)
