"""A person at the entrance: their name, password and phone, and a browser."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pyotp
import pytest
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from ooievaar.network.models import Organisation, Person
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import position

PASSWORD = "zeven paarse stoelen"
HOUSE = "ooievaar.network.signing_in.tests.pages"


class Clock:
    """Time as the entrance sees it; `pass_by` lets some of it go."""

    def __init__(self) -> None:
        self.later = 0.0
        self.real = time.time

    def __call__(self) -> float:
        return self.real() + self.later

    def pass_by(self, seconds: float) -> None:
        self.later += seconds


@dataclass
class Somebody:
    """A person with what they know and have."""

    person: Person
    clock: Clock
    client: Client = field(default_factory=Client)
    password: str = PASSWORD
    secret: str = ""

    def gets_phone(self) -> "Somebody":
        self.secret = pyotp.random_base32()
        totp.TOTP.activate(self.person, self.secret)
        return self

    def code(self) -> str:
        """The code of the half minute that begins now; a new one each time."""
        self.clock.pass_by(30)
        return pyotp.TOTP(self.secret).at(self.clock())

    def types(self, **given: str) -> HttpResponse:
        answers = {"login": self.person.username, "password": self.password, **given}
        return self.client.post("/aanmelden/", answers)

    def types_code(self, code: str = "") -> HttpResponse:
        return self.client.post("/aanmelden/code/", {"code": code or self.code()})

    def comes_in(self) -> "Somebody":
        self.types()
        if self.secret:
            self.types_code()
        return self

    def sets_up_phone(self) -> HttpResponse:
        page = self.client.get("/aanmelden/veilig/app/").content.decode()
        found = re.search(r"<code[^>]*>([A-Z2-7 ]+)</code>", page)
        assert found
        self.secret = found[1].replace(" ", "")
        return self.client.post("/aanmelden/veilig/app/", {"code": self.code()})

    @property
    def is_in(self) -> bool:
        return self.client.get("/").content == b"thuis"


@pytest.fixture(autouse=True)
def house(settings: Any) -> Iterator[None]:
    settings.ROOT_URLCONF = HOUSE
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    passing = Clock()
    monkeypatch.setattr("time.time", passing)
    return passing


@pytest.fixture
def practice(db: None) -> Organisation:
    return Organisation.objects.create(
        agb="08010101", name="De Wieg", discipline="midwives", city="Zuiderzee"
    )


@pytest.fixture
def midwife(practice: Organisation, clock: Clock) -> Somebody:
    """A midwife with a password and no phone yet."""
    person = position(Role.MIDWIFE, organisation=practice).person
    person.set_password(PASSWORD)
    person.save()
    return Somebody(person, clock)
