"""The people of the demo: one in every role, who come in with a password that works once."""

from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ooievaar.network.models import Discipline, Insurer, Membership, Network, Organisation, Person
from ooievaar.network.positions import Refused, add_person, give_position
from ooievaar.network.roles import Role
from ooievaar.network.signing_in.commands import enrol_demo_person, set_one_time_password
from ooievaar.record.models import PregnancyVersion, TreatmentRelation
from ooievaar.record.versions import newest_versions

PEOPLE: tuple[tuple[str, str, str, Role, str], ...] = (
    ("verloskundige", "Sanne", "de Vries", Role.MIDWIFE, Discipline.MIDWIVES),
    ("gynaecoloog", "Maarten", "Hoekstra", Role.GYNAECOLOGIST, Discipline.GYNAECOLOGISTS),
    ("ziekenhuis", "Aylin", "Yilmaz", Role.CLINICAL_CARER, Discipline.HOSPITAL),
    ("kraam", "Wil", "Peters", Role.KRAAM_CARER, Discipline.KRAAMZORG),
    ("echo", "Joris", "Bakker", Role.SONOGRAPHER, Discipline.ULTRASOUND),
    ("praktijk", "Ria", "Smit", Role.PRACTICE_ADMINISTRATOR, Discipline.MIDWIVES),
    ("controller", "Henk", "van Dijk", Role.CONTROLLER, ""),
    ("goedkeurder", "Petra", "Mulder", Role.APPROVER, ""),
    ("directeur", "Fenna", "Postma", Role.DIRECTOR, ""),
    ("kwaliteit", "Ilse", "Dekker", Role.QUALITY_OFFICER, ""),
    ("vertegenwoordiger", "Noor", "Visser", Role.REPRESENTATIVE, Discipline.MIDWIVES),
    ("voorzitter", "Karim", "Haddad", Role.CHAIR, ""),
    ("inkoper", "Tom", "Willems", Role.PURCHASER, ""),
    ("accountant", "Eva", "Jacobs", Role.AUDITOR, ""),
    ("beheerder", "Bram", "Kuiper", Role.ADMINISTRATOR, ""),
)
"""User name, first and last name, role, and the discipline of the organisation."""
REPRESENTATIVES: tuple[tuple[str, str, str, str], ...] = (
    ("namensgynaecologen", "Ruben", "Blom", Discipline.GYNAECOLOGISTS),
    ("namensziekenhuis", "Marleen", "Vos", Discipline.HOSPITAL),
    ("namenskraamzorg", "Yasmina", "El Amrani", Discipline.KRAAMZORG),
    ("namensechocentra", "Gijs", "Meijer", Discipline.ULTRASOUND),
    ("namensoverigen", "Loes", "Verhoeven", Discipline.OTHER),
)
"""Who signs an agreement beside the midwives' representative: user name, names, discipline."""
CLAIMS_ROLES = (Role.CONTROLLER, Role.APPROVER)
"""Who claims: needed before the first month is lived."""
MONEY_ROLES = (*CLAIMS_ROLES, Role.DIRECTOR, Role.REPRESENTATIVE)
"""Who claims, agrees and settles."""
Roles = Container[Role] | None
PRACTICES = 2
"""In so many practices the midwife works."""


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody of the demo with the password that is printed once."""

    person: Person
    role: Role
    place: str
    password: str


def add_demo_people(
    network: Network,
    since: date,
    today: date,
    known: Sequence[DemoPerson] = (),
    *,
    only: Roles = None,
) -> list[DemoPerson]:
    """Add one person per role, each with a one-time password and a second step in place.

    The midwife works in two practices, so that she has something to choose. Roles whose discipline
    has no member are left out. With `only` those roles; who is `known` was added before, and stands
    in what is returned in the place of their role.
    """
    made = []
    before = {row.role: row for row in known}
    for username, first, last, role, discipline in PEOPLE:
        if role in before:
            made.append(before[role])
            continue
        if only is not None and role not in only:
            continue
        organisations = (
            _members(network, discipline, today) if role is not Role.REPRESENTATIVE else []
        )
        if discipline and role is not Role.REPRESENTATIVE and not organisations:
            continue
        person = add_person(username, first, last, is_demo=True)
        practices = PRACTICES if role is Role.MIDWIFE else 1
        places: list[Organisation | None] = list(organisations[:practices])
        places = places or [None]
        for organisation in places:
            given = give_position(
                None,
                person,
                role,
                today,
                valid_from=since,
                organisation=organisation,
                network=network,
                insurer=Insurer.objects.filter(contracts__network=network).order_by("id").first(),
                discipline=discipline,
            )
            assert not isinstance(given, Refused), given
        enrol_demo_person(person)
        place = ", ".join(o.name for o in organisations[: len(places)]) or network.name
        made.append(DemoPerson(person, role, place, set_one_time_password(person)))
    return made


def add_representatives(network: Network, since: date, today: date) -> list[DemoPerson]:
    """Add who speaks for each discipline with members here, beside the midwives'."""
    made = []
    for username, first, last, discipline in REPRESENTATIVES:
        if not Membership.objects.filter(
            network=network, organisation__discipline=discipline
        ).exists():
            continue
        person = add_person(username, first, last, is_demo=True)
        role = Role.REPRESENTATIVE
        given = give_position(
            None, person, role, today, valid_from=since, network=network, discipline=discipline
        )
        assert not isinstance(given, Refused), given
        enrol_demo_person(person)
        place = f"{Discipline(discipline).label}, {network.name}"
        made.append(DemoPerson(person, role, place, set_one_time_password(person)))
    return made


def _members(network: Network, discipline: str, today: date) -> list[Organisation]:
    """Return the members of a discipline, who treats the most women now first.

    Of each kraamzorg organisation counts how many it shares with the two busiest practices: so the
    people of the demo meet each other in the records.
    """
    if not discipline:
        return []
    taking_part = Membership.objects.filter(network=network, organisation__discipline=discipline)
    held = taking_part.select_related("organisation").order_by("valid_from", "organisation_id")
    members = list({row.organisation_id: row.organisation for row in held}.values())
    runs = newest_versions(today).filter(
        end_kind=PregnancyVersion.EndKind.ONGOING, due_on__gt=today - timedelta(days=21)
    )
    treated = TreatmentRelation.objects.filter(
        pregnancy_id__in=runs.values("pregnancy_id"), valid_from__lte=today, valid_until__gt=today
    )
    if discipline == Discipline.KRAAMZORG:
        practices = _members(network, Discipline.MIDWIVES, today)[:PRACTICES]
        theirs = treated.filter(organisation__in=practices).values("pregnancy_id")
        treated = treated.filter(pregnancy_id__in=theirs)
    busy = Counter(
        treated.filter(organisation__in=members).values_list("organisation_id", flat=True)
    )
    return sorted(members, key=lambda one: -busy[one.pk])
