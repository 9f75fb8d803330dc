"""Who may write, sign and start a pathway: a chair or a carer writes, others sign, then it starts.

Provisional, until governance says otherwise: a director and a representative sign, who are two
people; so whoever wrote it is never the only one who signed.
"""

from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ooievaar.network.models import Membership, Network, Person, Position
from ooievaar.network.roles import CARE_ROLES, Role
from ooievaar.network.workplace import Workplace
from ooievaar.pathways import commands
from ooievaar.pathways.models import PathwayInForce, PathwaySignature, PathwayVersion
from ooievaar.record.relations import Rejected

READERS = CARE_ROLES | {
    Role.CONTROLLER,
    Role.DIRECTOR,
    Role.QUALITY_OFFICER,
    Role.REPRESENTATIVE,
    Role.CHAIR,
}
"""Roles that read pathways and care shifts; no woman is to be seen on them."""
CARERS_WHO_WRITE = frozenset({Role.MIDWIFE, Role.GYNAECOLOGIST})
WRITERS = CARERS_WHO_WRITE | {Role.CHAIR}
SIGNERS = frozenset({Role.DIRECTOR, Role.REPRESENTATIVE})

NOT_YOURS = _("Uw functie mag dit niet.")


def may_write(workplace: Workplace, network_id: int, today: date) -> bool:
    """Tell whether somebody may write for a network: its chair, or a carer of a member."""
    if workplace.role not in WRITERS:
        return False
    if workplace.role is Role.CHAIR:
        return workplace.network_id == network_id
    return Membership.objects.filter(
        network_id=network_id,
        organisation_id=workplace.organisation_id or 0,
        valid_from__lte=today,
        valid_until__gt=today,
    ).exists()


def may_sign(workplace: Workplace, network_id: int) -> bool:
    """Tell whether somebody may sign and decide for a network."""
    return workplace.role in SIGNERS and workplace.network_id == network_id


def may_start(workplace: Workplace, network_id: int) -> bool:
    """Tell whether somebody may put a signed version in force."""
    return workplace.role is Role.DIRECTOR and workplace.network_id == network_id


def write(
    workplace: Workplace, network: Network, text: str, *, based_on: int | None, at: datetime,
    today: date,
) -> PathwayVersion | Rejected:  # fmt: skip
    """Add a version as whoever works here; it holds for nobody before it is signed and started."""
    if not may_write(workplace, network.pk, today):
        return Rejected(NOT_YOURS)
    person = workplace_person(workplace)
    return commands.add_version(network, text, person=person, at=at, based_on=based_on)


def sign(
    workplace: Workplace, version: PathwayVersion, *, mandate: str, sha256: str, at: datetime
) -> PathwaySignature | Rejected:
    """Sign a version by its hash, on behalf of whom the mandate says."""
    if not may_sign(workplace, version.network_id):
        return Rejected(NOT_YOURS)
    person = workplace_person(workplace)
    return commands.sign(version, person=person, mandate=mandate, sha256=sha256, at=at)


def start(
    workplace: Workplace, version: PathwayVersion, *, valid_from: date, at: datetime
) -> PathwayInForce | Rejected:
    """Put a version in force from a day, once all who must have signed it."""
    if not may_start(workplace, version.network_id):
        return Rejected(NOT_YOURS)
    missing = still_to_sign(version)
    if missing:
        return Rejected(missing)
    person = workplace_person(workplace)
    return commands.put_in_force(version, person=person, valid_from=valid_from, at=at)


def still_to_sign(version: PathwayVersion) -> str | Promise:
    """Say whose signature is missing; empty when a director and another, a representative, signed.

    Two queries. What somebody was, is as on the day they signed.
    """
    signed = {one.person_id: one.signed_at.date() for one in version.signatures.all()}
    held = Position.objects.filter(
        person_id__in=signed, network_id=version.network_id, role__in=SIGNERS
    ).values_list("person_id", "role", "valid_from", "valid_until")
    people: dict[str, set[int]] = {role: set() for role in SIGNERS}
    for person_id, role, valid_from, valid_until in held:
        if valid_from <= signed[person_id] < valid_until:
            people[role].add(person_id)
    directors, representatives = people[Role.DIRECTOR], people[Role.REPRESENTATIVE]
    if not directors and not representatives:
        return _("Nog te tekenen: een directeur en een vertegenwoordiger van een discipline.")
    if not directors:
        return _("Nog te tekenen: een directeur.")
    if not representatives:
        return _("Nog te tekenen: een vertegenwoordiger van een discipline.")
    if len(directors | representatives) < 2:
        return _("Directeur en vertegenwoordiger zijn dezelfde persoon; er tekent nog een ander.")
    return ""


def workplace_person(workplace: Workplace) -> Person:
    """Return who works here."""
    return Person.objects.get(pk=workplace.person_id)
