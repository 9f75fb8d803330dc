"""What rooms to the right say before somebody hands a woman over: never no, only what it means.

They fill `TRANSFER_WARNINGS` and `WARD_COSTS` in their `AppConfig.ready`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ooievaar.record.handover.models import Referral

ELSEWHERE = 0
"""In a `TransferIdea`: an organisation that is not known yet and belongs to no network."""


@dataclass(frozen=True, slots=True)
class TransferIdea:
    """A referral or transfer that somebody thinks of, on a day, for a phase (0: all from then on).

    `codes` are the acts expected there; empty is what such a provider usually does. `in_labour`
    where she gives birth now, whether or not that stands on record already.
    """

    pregnancy_id: int
    organisation_id: int
    kind: str
    phase: int
    day: date
    codes: tuple[str, ...] = ()
    from_organisation_id: int = ELSEWHERE
    in_labour: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence in both languages."""

    sentence_nl: str
    sentence_en: str


@dataclass(frozen=True, slots=True)
class TransferWarning:
    """What an idea breaks: a sentence, its euros (None: unknown), and what could be done instead.

    Below zero the loss is an advantage. `is_breaker` where a bundle breaks; else the IGO only has
    no product, and no work either. `rests_on` says what was supposed.
    """

    sentence_nl: str
    sentence_en: str
    loss_cents: int | None
    phase: int
    is_breaker: bool = True
    rests_on: tuple[Said, ...] = ()
    alternatives: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class ExpectedBirth:
    """A birth that is due at a ward; `responsible_id` leads it by what is known now."""

    pregnancy_id: int
    woman_id: int
    due_on: date
    responsible_id: int


@dataclass(frozen=True, slots=True)
class WardCost:
    """What one birth going elsewhere costs: `loss_cents` None is unknown, 0 breaks nothing."""

    pregnancy_id: int
    loss_cents: int | None
    is_breaker: bool


TRANSFER_WARNINGS: list[Callable[[TransferIdea], Iterable[TransferWarning]]] = []
"""Asked before a referral is made; what is slow or unknown must not keep anybody from care."""

WARD_COSTS: list[Callable[[Sequence[ExpectedBirth], int], Mapping[int, WardCost]]] = []
"""What births going elsewhere cost in a network, by pregnancy; of those that it funds."""


def warnings_for(idea: TransferIdea) -> list[TransferWarning]:
    """Return what an idea breaks, the dearest first; advice is given without care, and free."""
    if idea.kind == Referral.Kind.ADVICE:
        return []
    found = [warning for ask in TRANSFER_WARNINGS for warning in ask(idea)]
    return sorted(found, key=lambda one: (one.loss_cents is not None, -(one.loss_cents or 0)))
