"""From where a care shift asks a decision: dated data, read once and checked.

A region that agreed otherwise keeps a file of its own in its data folder; it is read instead.
"""

from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path

from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ooievaar.kernel.faults import InputRejected
from ooievaar.kernel.period import FAR_DATE
from ooievaar.pathways.rules.shift import WHOLE_PPM, Threshold
from ooievaar.rulebook.yaml_source import read_yaml

FILE = Path(__file__).parent / "data" / "shifts" / "thresholds.yaml"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class DatedThreshold(_Strict):
    """One threshold and when it holds, in `[valid_from, valid_until)`."""

    valid_from: date
    valid_until: date = FAR_DATE
    line_hours: int = Field(ge=1)
    women: int = Field(ge=1)
    removed_ppm: int = Field(ge=0, le=WHOLE_PPM)
    source: str
    verified: bool

    @property
    def threshold(self) -> Threshold:
        """The figures, as the rules want them."""
        return Threshold(self.line_hours, self.women, self.removed_ppm)


class _File(_Strict):
    thresholds: tuple[DatedThreshold, ...]


def own_file() -> Path:
    """Return where a region keeps thresholds of its own; it need not be there."""
    return Path(settings.DATA) / "eigen" / "zorgpaden" / FILE.name


def threshold_on(day: date) -> DatedThreshold:
    """Return the threshold of a day; before the first that is known, the first."""
    known = every_threshold()
    return next((one for one in reversed(known) if one.valid_from <= day), known[0])


def every_threshold() -> tuple[DatedThreshold, ...]:
    """Return all thresholds, oldest first; InputRejected where the file is not sound."""
    own = own_file()
    return _load(own if own.is_file() else FILE)


@cache
def _load(path: Path) -> tuple[DatedThreshold, ...]:
    file = read_yaml(path)
    try:
        read = _File.model_validate(file.content).thresholds
    except ValidationError as error:
        found = error.errors()
        raise InputRejected(
            [file.fault(one["loc"], repr(one["input"]), one["msg"]) for one in found]
        ) from None
    known = tuple(sorted(read, key=lambda one: one.valid_from))
    gaps = [after for before, after in pairwise(known) if before.valid_until != after.valid_from]
    if gaps or not known:
        raise InputRejected([file.fault(("thresholds",), "een gat", "perioden die aansluiten")])
    return known
