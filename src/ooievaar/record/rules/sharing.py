"""Rule `sharing`: what each receiver sees of whom, and why, so that it can be told to her.

The same verdicts as rule `consent`, with their reason kept: whether it was her own word, and if
not, what is presumed of it. Nothing here decides by itself who may see something.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from ooievaar.record.rules.consent import TREATMENT, Said, is_presumed, verdict

AGREED = "agreed"
OBJECTED = "objected"
TOGETHER = "together"
REFERRED = "referred"
UNASKED = "unasked"
REASONS = (TOGETHER, REFERRED, AGREED, OBJECTED, UNASKED)
"""Why something is seen (the first three) or not, in the order in which it is told."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody who may get to see: an organisation, or with None a kind without a name.

    `referred_by` are the organisations that referred her to it.
    """

    organisation_id: int | None
    kind: str
    referred_by: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Sight:
    """What a receiver sees of some organisations, or does not see, for one reason."""

    reason: str
    source_ids: tuple[int, ...]

    @property
    def is_seen(self) -> bool:
        """Tell whether it is shown."""
        return self.reason in (AGREED, TOGETHER, REFERRED)


def reason_for(
    said: Iterable[Said], source_id: int | None, receiver: Receiver, purpose: str = TREATMENT
) -> str:
    """Return why a receiver sees what a source recorded, or why not; one of `REASONS`."""
    heard = verdict(said, source_id, receiver.organisation_id, receiver.kind, purpose)
    if heard is not None:
        return AGREED if heard else OBJECTED
    if is_presumed(receiver.kind, purpose):
        return TOGETHER
    was_referred = source_id in receiver.referred_by
    return REFERRED if is_presumed(receiver.kind, purpose, was_referred=was_referred) else UNASKED


def sights_of(
    said: Sequence[Said], receiver: Receiver, source_ids: Iterable[int]
) -> tuple[Sight, ...]:
    """Return what a receiver sees of these sources, by reason; of itself it sees all anyway."""
    found = sorted(
        (REASONS.index(reason_for(said, source_id, receiver)), place, source_id)
        for place, source_id in enumerate(source_ids)
        if source_id != receiver.organisation_id
    )
    return tuple(
        Sight(REASONS[number], tuple(source_id for _, _, source_id in group))
        for number, group in groupby(found, key=lambda one: one[0])
    )


def in_force(said: Iterable[Said]) -> list[Said]:
    """Return what still counts of what she said: of the same sides the newest, unless taken back.

    Oldest first.
    """
    newest: dict[tuple[object, ...], Said] = {}
    for one in sorted(said, key=lambda one: (one.recorded_at, one.said_id)):
        newest.pop((one.sides, one.purpose), None)
        newest[one.sides, one.purpose] = one
    return [one for one in newest.values() if one.is_given is not None]
