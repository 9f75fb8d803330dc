"""Once a day the end of the chain is written down outside the database, where it stays.

Who bends the database can compute every later hash anew; the anchors still tell. Whoever could
bend the anchors too is stopped by keeping one of them elsewhere: a line of a date, a number and
a hash.
"""

import json
import os
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone

from ooievaar.record.access_log.chain import GENESIS, canonical_hash
from ooievaar.record.access_log.verify import Bend, Finding, Mark, Verdict, verify_chain


@dataclass(frozen=True, slots=True)
class Anchor:
    """The end of the chain on a day; `seal` covers it all, the seal of the anchor before too."""

    day: str
    number: int
    hash: str
    count: int
    at: str
    previous: str
    seal: str

    @property
    def line(self) -> str:
        """The anchor as a line to keep elsewhere."""
        return f"{self.day} {self.number}:{self.hash}"


class ChainBent(Exception):
    """The chain since the last anchor does not hold, so no anchor may testify of it."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        super().__init__("; ".join(map(str, verdict.found[:3])))


def anchors_folder() -> Path:
    """Return where the anchors stand: `anchors` in the data folder."""
    return Path(settings.DATA) / "anchors"


def anchor_if_due(
    now: datetime, folder: Path | None = None, using: str = DEFAULT_DB_ALIAS
) -> Anchor | None:
    """Write today's anchor, unless it is there already or there is nothing to anchor.

    Reads the chain since the last anchor first; raises ChainBent when it does not hold.
    """
    place = folder or anchors_folder()
    day = timezone.localdate(now).isoformat()
    if (place / f"{day}.json").exists():
        return None
    known, found = read_anchors(place)
    last = known[-1] if known else None
    marks = [mark_of(last)] if last else []
    verdict = verify_chain(last.number + 1 if last else 1, marks, using)
    for finding in found:
        verdict.add(finding)
    if not verdict.holds:
        raise ChainBent(verdict)
    number = verdict.last_number or (last.number if last else 0)
    if number == 0:
        return None
    values = {
        "day": day,
        "number": number,
        "hash": verdict.last_hash if verdict.count or last is None else last.hash,
        "count": verdict.count + (last.count if last else 0),
        "at": now.isoformat(timespec="microseconds"),
        "previous": last.seal if last else GENESIS,
    }
    anchor = Anchor(**values, seal=canonical_hash(values))  # type: ignore[arg-type]
    return anchor if _write(anchor, place) else None


def _write(anchor: Anchor, folder: Path) -> bool:
    """Write an anchor whole or not at all; False when another was faster."""
    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=folder, suffix=".part", encoding="utf-8") as draft:
        json.dump(asdict(anchor), draft, indent=2)
        draft.write("\n")
        draft.flush()
        os.fsync(draft.fileno())
        # As others must be able to read it, and nobody to write it.
        os.fchmod(draft.fileno(), 0o444)
        try:
            # Unlike a rename this never takes the place of a file that is there.
            os.link(draft.name, folder / f"{anchor.day}.json")
        except FileExistsError:
            return False
    return True


def read_anchors(folder: Path) -> tuple[list[Anchor], list[Finding]]:
    """Return the anchors by day, and those that were changed or miss the one before."""
    anchors, found = [], []
    seal = GENESIS
    for path in sorted(folder.glob("*.json")):
        anchor = _read(path)
        if anchor is None or anchor.previous != seal or not _is_sealed(anchor):
            number = anchor.number if anchor else 0
            found.append(Finding(number, Bend.ANCHORS, name=path.stem))
        if anchor is not None:
            anchors.append(anchor)
            seal = anchor.seal
    return anchors, found


def _read(path: Path) -> Anchor | None:
    try:
        values = json.loads(path.read_text("utf-8"))
        anchor = Anchor(**values)
    except (ValueError, TypeError):
        return None
    of_type = all(isinstance(getattr(anchor, part.name), part.type) for part in fields(Anchor))  # type: ignore[arg-type]
    return anchor if of_type and anchor.day == path.stem else None


def _is_sealed(anchor: Anchor) -> bool:
    values = asdict(anchor)
    seal = values.pop("seal")
    return canonical_hash(values) == seal


def mark_of(anchor: Anchor) -> Mark:
    """Return what an anchor testifies."""
    return Mark(anchor.number, anchor.hash, anchor.day)


def verify_with_anchors(
    since: int = 1,
    folder: Path | None = None,
    kept: tuple[Mark, ...] = (),
    using: str = DEFAULT_DB_ALIAS,
) -> Verdict:
    """Read the chain and hold it against the anchors, and against those kept elsewhere."""
    anchors, found = read_anchors(folder or anchors_folder())
    verdict = verify_chain(since, [*map(mark_of, anchors), *kept], using)
    for finding in found:
        verdict.add(finding)
    verdict.found.sort()
    return verdict
