"""The network of the text in `texts`, with people who write, sign and read."""

from datetime import UTC, date, datetime

from ooievaar.contracts.agreements.reading import read_agreement
from ooievaar.contracts.agreements.tests.texts import TEXT
from ooievaar.network.models import Membership, Network, Organisation, Person, Position
from ooievaar.network.roles import ORGANISATION_ROLES, Role
from ooievaar.network.workplace import Workplace, workplace

AT = datetime(2025, 11, 3, 12, tzinfo=UTC)
TODAY = date(2026, 3, 1)
DISCIPLINES = ("midwives", "gynaecologists", "hospital", "kraamzorg")


class Region:
    def __init__(self) -> None:
        agreement = read_agreement("tekst", TEXT)
        self.network = Network.objects.create(kind="igo", name=agreement.network)
        self.organisations = {
            party.agb: Organisation.objects.create(
                agb=party.agb, name=party.name, discipline=party.discipline
            )
            for party in agreement.parties
        }
        for organisation in self.organisations.values():
            Membership.objects.create(
                network=self.network,
                organisation=organisation,
                kind="voting",
                valid_from=date(2025, 1, 1),
            )
        Organisation.objects.create(agb="06999008", name="Verderop", discipline="hospital")
        self.director = self.somebody("directeur", Role.DIRECTOR)
        self.controller = self.somebody("controller", Role.CONTROLLER)
        self.representatives = {
            discipline: self.somebody(discipline, Role.REPRESENTATIVE, discipline=discipline)
            for discipline in DISCIPLINES
        }

    def somebody(self, username: str, role: Role, *, agb: str = "", **more: object) -> Workplace:
        person = Person.objects.create(username=username)
        where = (
            {"organisation": self.organisations[agb]}
            if role in ORGANISATION_ROLES
            else {"network": self.network}
        )
        position = Position.objects.create(
            person=person, role=role, valid_from=date(2025, 1, 1), **where, **more
        )
        return workplace(position, person)

    @property
    def writer(self) -> Person:
        return Person.objects.get(username="controller")
