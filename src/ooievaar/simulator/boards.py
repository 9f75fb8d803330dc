"""How an invented region comes to an agreement: proposed, asked about, consented, signed."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from ooievaar.contracts.agreement_models import AgreementRemark, AgreementVersion
from ooievaar.contracts.agreements.commands import (
    add_version,
    propose,
    put_in_force,
    remark,
    sign,
    signs_for,
)
from ooievaar.contracts.agreements.writing import write
from ooievaar.contracts.rules.agreement import Distribution
from ooievaar.network.models import Discipline, Network, Person
from ooievaar.network.workplace import Workplace
from ooievaar.record.relations import Rejected

Done = TypeVar("Done")
Kind = AgreementRemark.Kind
AT = time(10, 0, tzinfo=UTC)
SIGNED_AFTER, IN_FORCE_AFTER = 14, 19
"""Days after an agreement was proposed."""

HOW_LONG = (
    "kraamzorg",
    "Wij krijgen een kraamuur pas betaald als de verzekeraar betaalt. Wat als dat lang duurt?",
    "Daarvoor zijn de voorschotten: elke maand een deel van wat u mag verwachten. Wat u daarna "
    "verdient, gaat eerst van het voorschot af.",
)
WHAT_FLOOR = (
    "midwives",
    "Geldt de garantie per praktijk, of voor ons allemaal samen?",
    "Per praktijk: elke partner houdt ten minste het deel dat in de afspraak staat van wat de oude "
    "bekostiging voor deze zorg had betaald.",
)
WHAT_RATE = (
    "kraamzorg",
    "Verandert er voor ons iets nu bevallingen volgens vaste aandelen gaan?",
)
"""A question that still waits for an answer."""


@dataclass(frozen=True, slots=True)
class Board:
    """Who decides over money in a region."""

    controller: Workplace
    approver: Workplace
    director: Workplace
    representatives: tuple[Workplace, ...]

    def of(self, discipline: str) -> Workplace | None:
        """Return who speaks for a discipline."""
        return next((one for one in self.representatives if one.discipline == discipline), None)


def agree(
    network: Network, board: Board, agreement: Distribution, proposed_on: date
) -> AgreementVersion:
    """Write, propose, ask and answer, sign by all, and put in force."""
    version = _proposed(network, board, agreement, proposed_on)
    for days, (discipline, question, told) in enumerate((HOW_LONG, WHAT_FLOOR), start=3):
        asked = _ask(version, board, discipline, question, proposed_on + timedelta(days=days))
        if asked is not None:
            at = moment(proposed_on + timedelta(days=days + 3))
            answered = remark(
                version, Kind.ANSWER, told, workplace=board.controller, at=at, answers=asked
            )
            done(answered)
    at = moment(proposed_on + timedelta(days=SIGNED_AFTER))
    for one in signers(version, board):
        done(remark(version, Kind.CONSENT, "", workplace=one, at=at))
    for one in (board.director, *signers(version, board)):
        _sign(version, one, at)
    director = Person.objects.get(pk=board.director.person_id)
    in_force_at = moment(proposed_on + timedelta(days=IN_FORCE_AFTER))
    done(put_in_force(version, person=director, at=in_force_at))
    return version


def propose_only(
    network: Network, board: Board, agreement: Distribution, proposed_on: date
) -> AgreementVersion:
    """Propose an agreement that people still have to decide on: one signed, one asks."""
    version = _proposed(network, board, agreement, proposed_on)
    _ask(version, board, *WHAT_RATE, proposed_on + timedelta(days=2))
    first = signers(version, board)[-1:]
    at = moment(proposed_on + timedelta(days=4))
    for one in first:
        done(remark(version, Kind.CONSENT, "", workplace=one, at=at))
        _sign(version, one, at)
    return version


def signers(version: AgreementVersion, board: Board) -> list[Workplace]:
    """Return the representatives of the disciplines that take part."""
    return [one for one in board.representatives if signs_for(one, version) is not None]


def moment(day: date) -> datetime:
    """Return a moment in working hours of a day."""
    return datetime.combine(day, AT)


def done(outcome: Done | Rejected) -> Done:
    """Return what was done; a refusal is a fault of the simulation."""
    if isinstance(outcome, Rejected):
        raise AssertionError(str(outcome.reason))
    return outcome


def _proposed(
    network: Network, board: Board, agreement: Distribution, day: date
) -> AgreementVersion:
    writer = Person.objects.get(pk=board.controller.person_id)
    text = write(agreement)
    version = done(
        add_version(network, text, person=writer, at=moment(day), note="Besproken in de ledenraad.")
    )
    done(propose(version, person=writer, at=moment(day)))
    return version


def _ask(
    version: AgreementVersion, board: Board, discipline: str, text: str, day: date
) -> AgreementRemark | None:
    asker = board.of(discipline)
    if asker is None:
        return None
    return done(remark(version, Kind.QUESTION, text, workplace=asker, at=moment(day)))


def _sign(version: AgreementVersion, by: Workplace, at: datetime) -> None:
    of = str(Discipline(by.discipline).label).lower() if by.discipline else version.network.name
    mandate = f"Namens {of}, besluit van {at:%d-%m-%Y}"
    done(sign(version, workplace=by, mandate=mandate, sha256=version.sha256, at=at))
