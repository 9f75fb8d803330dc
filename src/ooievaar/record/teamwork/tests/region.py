"""The small region of the record, with people who write to each other about Noor."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.test import Client

from ooievaar.network.models import Person, Position
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import come_in, position
from ooievaar.network.workplace import Workplace, workplace
from ooievaar.record.relations import Rejected
from ooievaar.record.teamwork.meetings import plan_meeting
from ooievaar.record.teamwork.models import TeamMeeting, Thread, ThreadMessage
from ooievaar.record.teamwork.threads import start_thread, write_message
from ooievaar.record.tests.care_region import AT, ROLES, CareRegion

TODAY = date(2026, 10, 1)
SOON = TODAY + timedelta(days=3)
LATER = AT + timedelta(hours=1)
SCRIPT = "<script>alert('Noor')</script>"


class TeamRegion(CareRegion):
    """Noor is treated by De Linde, the echo centre, hospital Zee and kraamzorg; Duin by nobody."""

    def __init__(self) -> None:
        super().__init__()
        self.positions = {
            name: position(ROLES[organisation.discipline], organisation=organisation)
            for name, organisation in self.organisations.items()
        }
        for name, held in self.positions.items():
            held.person.first_name, held.person.last_name = "Test", name.title()
            held.person.save()

    def at(self, name: str) -> Workplace:
        """Return the workplace of who gives care in an organisation."""
        return workplace(self.positions[name])

    def person(self, name: str) -> Person:
        return self.positions[name].person

    def client(self, name: str) -> Client:
        return come_in(Client(), self.positions[name])

    def colleague(self, name: str, role: Role | None = None) -> Position:
        """Return one more position in an organisation, of somebody new."""
        organisation = self.organisations[name]
        return position(role or ROLES[organisation.discipline], organisation=organisation)

    def key(self, name: str) -> str:
        return f"o{self.organisations[name].pk}"

    def person_key(self, name: str) -> str:
        return f"p{self.organisations[name].pk}-{self.person(name).pk}"

    def role_key(self, name: str, role: Role) -> str:
        return f"r{self.organisations[name].pk}-{role.value}"

    def says_in_thread(self, name: str, text: str = "Kijkt u mee?", **more: Any) -> Thread:
        """Begin a thread on Noor."""
        options = {"by": self.at(name), "at": AT} | more
        return made(start_thread(self.noor, "Groei", text, **options))

    def replies(self, thread: Thread, name: str, text: str = "Ja.", **more: Any) -> ThreadMessage:
        options = {"by": self.at(name), "at": LATER} | more
        return made(write_message(thread, text, **options))

    def meeting(self, *names: str, starts_at: datetime | None = None, **more: Any) -> TeamMeeting:
        """Plan a meeting of De Linde with others, led by who works there."""
        options: dict[str, Any] = {
            "kind": "mdo",
            "starts_at": starts_at or datetime(2026, 10, 5, 7, 0, tzinfo=UTC),
            "minutes": 60,
            "place": "Zaal 3",
            "chair": self.person("linde"),
            "organisations": [self.organisations[name] for name in names],
            "by": self.at("linde"),
            "at": AT,
        }
        return made(plan_meeting(**options | more))


def made(result: Any) -> Any:
    """Return what a command made; it was not to be refused."""
    assert not isinstance(result, Rejected), str(getattr(result, "reason", ""))
    return result


def refused(result: Any) -> Rejected:
    """Return why a command did nothing; it was to be refused."""
    assert isinstance(result, Rejected), result
    return result
