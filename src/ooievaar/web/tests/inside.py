"""The small region on the day after its stories, and people who came in; for tests of pages."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone, translation

from ooievaar.network.models import Position
from ooievaar.network.roles import CARE_ROLES, Role
from ooievaar.network.tests.people import come_in, position
from ooievaar.record.models import Pregnancy
from ooievaar.web.tests.small_region import NOW, Region, small_region
from ooievaar.web.tests.visiting import seen


@pytest.fixture
def region(db: None) -> Region:
    return small_region()


@pytest.fixture(autouse=True)
def dutch() -> Iterator[None]:
    with translation.override("nl"):
        yield


@pytest.fixture(autouse=True)
def second_of_november(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stories of the small region end a day before."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def held(region: Region, role: Role, organisation: str = "duin") -> Position:
    """Return the position of somebody new: in an organisation, or in the network."""
    if role in CARE_ROLES | {Role.PRACTICE_ADMINISTRATOR}:
        return position(role, organisation=region.organisations[organisation])
    return position(role, network=region.network)


def inside(region: Region, role: Role, organisation: str = "duin") -> Client:
    """Return a client in which somebody in this role came in."""
    return come_in(Client(), held(region, role, organisation))


def pregnancy(reference: str) -> Pregnancy:
    return Pregnancy.objects.get(reference=reference)


def page(reference: str) -> str:
    return f"/zwangeren/{pregnancy(reference).pk}/"


def text(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("\xa0", " ")


def listed(client: Client, query: str = "") -> list[str]:
    html = seen(client, f"/zwangeren/?{query}")
    return sorted(set(re.findall(r"Z-00\d", html)))
