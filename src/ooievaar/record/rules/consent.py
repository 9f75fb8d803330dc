"""Rule `consent`: whether what one organisation recorded may be shown to another.

Of everything a woman said, the most specific counts: about this pair, about one of the two sides,
about everyone. Of the same pair the newest counts; of equally specific ones the objection wins
(conflict rules of the Dutch generic functions for consent; health-record-exchange.md section 5).
When she said nothing, whoever treats her with others is presumed to see what they wrote (WGBO
7:457 BW), and a referral is answered; but who treats by a contract beside theirs (kraamzorg,
ultrasound) sees what others wrote only on her word.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

PARALLEL_DISCIPLINES = frozenset({"kraamzorg", "ultrasound"})
"""Disciplines with a treatment contract of their own, beside that of the others."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a woman said of sharing `source_id`'s entries with `recipient_id` (None: everyone)."""

    said_id: int
    source_id: int | None
    recipient_id: int | None
    is_given: bool
    recorded_at: datetime

    @property
    def specificity(self) -> int:
        """How many of the two sides she named."""
        return (self.source_id is not None) + (self.recipient_id is not None)


def verdict(said: Iterable[Said], source_id: int | None, recipient_id: int) -> bool | None:
    """Tell what she said of this pair; None when she said nothing that touches it.

    `source_id` None asks for everyone's entries: only what she said of everyone's counts then.
    """
    newest: dict[tuple[int | None, int | None], Said] = {}
    for one in sorted(said, key=lambda one: (one.recorded_at, one.said_id)):
        if one.source_id in (None, source_id) and one.recipient_id in (None, recipient_id):
            newest[one.source_id, one.recipient_id] = one
    most_specific = max((one.specificity for one in newest.values()), default=None)
    heard = [one.is_given for one in newest.values() if one.specificity == most_specific]
    return all(heard) if heard else None


def is_presumed(recipient_discipline: str) -> bool:
    """Tell whether an organisation that treats her sees what others wrote when she said nothing."""
    return recipient_discipline not in PARALLEL_DISCIPLINES


def may_share(
    said: Iterable[Said], source_id: int, recipient_id: int, recipient_discipline: str
) -> bool:
    """Tell whether a recipient that treats her sees what a source recorded; its own always."""
    if source_id == recipient_id:
        return True
    heard = verdict(said, source_id, recipient_id)
    return is_presumed(recipient_discipline) if heard is None else heard
