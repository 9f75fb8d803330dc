"""What people do on the pages of agreements, in a line each."""

import html as markup
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.test import Client

from ooievaar.contracts.agreements import commands
from ooievaar.contracts.agreements.tests.region import AT, Region
from ooievaar.contracts.agreements.tests.texts import TEXT
from ooievaar.contracts.models import AgreementVersion
from ooievaar.network.models import Position
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.pathways.tests.pathway_region import at_work

LIST, WRITE = "/verdeelafspraken/", "/verdeelafspraken/schrijven/"
NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)
HIDDEN = "De Eerste Stap: 60 %"
Queries = Callable[..., Any]


def added(region: Region, text: str = TEXT) -> AgreementVersion:
    made = commands.add_version(region.network, text, person=region.writer, at=AT)
    assert isinstance(made, AgreementVersion), made
    return made


def proposed(region: Region, version: AgreementVersion) -> AgreementVersion:
    assert commands.propose(version, person=region.writer, at=AT)
    return version


def client_of(here: Workplace) -> Client:
    return at_work(Position.objects.get(pk=here.position_id))


def words(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:500]
    return markup.unescape(answer.content.decode())


def page(here: Workplace, address: str, status: int = 200) -> str:
    return words(client_of(here).get(address), status)


def one(version: AgreementVersion, rest: str = "") -> str:
    return f"{LIST}{version.pk}/{rest}"


def office(region: Region, agb: str) -> Workplace:
    return region.somebody(f"kantoor-{agb}", Role.PRACTICE_ADMINISTRATOR, agb=agb)


def kept(client: Client, text: str, based_on: int, note: str = "") -> Any:
    """Write a text, look at the check of the answers, and keep it."""
    typed = {"text": text, "based_on": based_on, "note": note}
    check = client.post(WRITE, {**typed, "doe": "controleren"})
    assert check.status_code == 200, check.context.get("faults")
    token = check.context["token"]
    return client.post(WRITE, {**typed, "doe": "bewaren", "antwoorden": token})


def signing(client: Client, version: AgreementVersion, mandate: str = "de leden") -> Any:
    typed = {"mandate": mandate, "sha256": version.sha256}
    return client.post(one(version, "tekenen/"), typed)


def in_force(region: Region, version: AgreementVersion) -> None:
    commands.propose(version, person=region.writer, at=AT)
    for here in (region.director, *region.representatives.values()):
        commands.sign(version, workplace=here, mandate="x", sha256=version.sha256, at=AT)
    assert commands.put_in_force(version, person=region.writer, at=AT)
