"""Rule `consent`: whether what one organisation recorded may be shown to another, and for what.

What a woman said counts for the purpose she said it of. Of everything she said, the more specific
beats the less specific: a named source beats everyone, a named receiver beats a kind of receiver,
and that beats everyone. Of the same two sides the newest counts; where neither word is the more
specific, the objection wins (conflict rules of the Dutch generic functions for consent;
health-record-exchange.md section 5). What she took back counts no more: then her less specific
word does, and at last what is presumed. What she grants everyone who treats her does not reach the
GP and youth health care; an objection to everyone does.

Presumed for treatment: whoever treats her with others sees what they wrote (WGBO 7:457 BW), and so
does whoever they referred her to; but who treats by a contract beside theirs (kraamzorg,
ultrasound, youth health care) sees what others wrote only on her word. Learning from care
(`quality`) is presumed until she objects; research never is (WGBO 7:458 BW). That the GP may be
told and youth health care asks her first is our own choice, provisional.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

TREATMENT = "treatment"
QUALITY = "quality"
RESEARCH = "research"
GP = "gp"
YOUTH_CARE = "youth_care"
OUTSIDE = frozenset({GP, YOUTH_CARE})
"""Receivers who do not treat her: what she grants to whoever treats her is not for them."""
PARALLEL_DISCIPLINES = frozenset({"kraamzorg", "ultrasound", YOUTH_CARE})
"""Disciplines with a treatment contract of their own, beside that of the others."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a woman said of sharing `source_id`'s entries with a receiver (neither: everyone).

    The receiver is an organisation, or every one of a kind: a discipline, `gp` or `youth_care`.
    `is_given` False is an objection, None takes back what she said of the same two sides.
    """

    said_id: int
    source_id: int | None
    recipient_id: int | None
    is_given: bool | None
    recorded_at: datetime
    recipient_kind: str = ""
    purpose: str = TREATMENT

    @property
    def sides(self) -> tuple[int | None, int | None, str]:
        """Whom it is about: of the same sides only the newest word counts."""
        return self.source_id, self.recipient_id, self.recipient_kind

    def beats(self, other: "Said") -> bool:
        """Tell whether it is as specific on both sides and more so on one."""
        mine, theirs = _specificity(self), _specificity(other)
        return mine != theirs and mine[0] >= theirs[0] and mine[1] >= theirs[1]


def _specificity(said: Said) -> tuple[int, int]:
    of_recipient = 2 if said.recipient_id is not None else int(bool(said.recipient_kind))
    return int(said.source_id is not None), of_recipient


def verdict(
    said: Iterable[Said],
    source_id: int | None,
    recipient_id: int | None,
    recipient_kind: str = "",
    purpose: str = TREATMENT,
) -> bool | None:
    """Tell what she said of this pair; None when she said nothing that touches it.

    `source_id` None asks for everyone's entries: only what she said of everyone's counts then.
    `recipient_id` None asks for somebody of a kind who is not named.
    """
    newest: dict[tuple[int | None, int | None, str], Said] = {}
    for one in sorted(said, key=lambda one: (one.recorded_at, one.said_id)):
        if (
            one.purpose == purpose
            and one.source_id in (None, source_id)
            and one.recipient_id in (None, recipient_id)
            and one.recipient_kind in ("", recipient_kind)
        ):
            newest[one.sides] = one
    words = [one for one in newest.values() if _is_heard(one, recipient_kind)]
    heard = [one.is_given for one in words if not any(other.beats(one) for other in words)]
    return all(heard) if heard else None


def _is_heard(said: Said, recipient_kind: str) -> bool:
    """Tell whether a word still counts, and reaches as far as this kind of receiver."""
    to_everyone = said.recipient_id is None and not said.recipient_kind
    return said.is_given is not None and not (
        said.is_given and to_everyone and recipient_kind in OUTSIDE
    )


def is_presumed(
    recipient_kind: str, purpose: str = TREATMENT, *, was_referred: bool = False
) -> bool:
    """Tell whether a receiver gets what others wrote when she said nothing.

    `was_referred` is true where that other referred her to this receiver.
    """
    if purpose == TREATMENT:
        return was_referred or recipient_kind not in PARALLEL_DISCIPLINES
    return purpose == QUALITY


def may_share(
    said: Iterable[Said],
    source_id: int,
    recipient_id: int,
    recipient_discipline: str,
    *,
    was_referred: bool = False,
) -> bool:
    """Tell whether a recipient that treats her sees what a source recorded; its own always."""
    if source_id == recipient_id:
        return True
    heard = verdict(said, source_id, recipient_id, recipient_discipline)
    if heard is None:
        return is_presumed(recipient_discipline, was_referred=was_referred)
    return heard
