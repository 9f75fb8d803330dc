"""Who guesses is stopped, and learns nothing from the answer."""

import re
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client

from ooievaar.network.signing_in.tests.conftest import Somebody

pytestmark = pytest.mark.django_db


def _answer(page: Any, typed: str) -> str:
    """Return what a page says, without the name that was typed and the token of its form."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page.content.decode())
    return f"{page.status_code} {text.replace(typed, '…')}"


def test_wrong_unknown_and_locked_get_the_same_answer(midwife: Somebody) -> None:
    name = midwife.person.username
    wrong = [_answer(midwife.types(password=f"mis {n}"), name) for n in range(5)]
    locked = _answer(midwife.types(password="mis"), name)
    right_but_locked = _answer(midwife.types(), name)
    unknown = _answer(midwife.types(login="niemand", password="mis"), "niemand")
    assert len({*wrong, locked, right_but_locked, unknown}) == 1
    assert "Deze naam en dit wachtwoord laten u niet binnen" in unknown


def test_the_lock_is_on_the_name_whatever_host_or_capitals_are_used(midwife: Somebody) -> None:
    for host in ("127.0.0.1", "localhost", "127.0.0.1", "localhost", "127.0.0.1"):
        midwife.client.post(
            "/aanmelden/",
            {"login": midwife.person.username, "password": "mis"},
            headers={"host": host},
        )
    midwife.client = Client()
    assert midwife.types().status_code == 200


def test_after_ten_minutes_the_right_password_opens_again(midwife: Somebody) -> None:
    for _ in range(6):
        midwife.types(password="mis")
    midwife.clock.pass_by(601)
    assert midwife.types().status_code == 302


def test_an_unknown_name_locks_too(midwife: Somebody) -> None:
    answers = {_answer(midwife.types(login="niemand", password="mis"), "niemand") for _ in range(7)}
    assert len(answers) == 1


def test_all_refusals_take_as_much_work(midwife: Somebody, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing is what takes time: each refusal hashes as often as any other."""
    hashed: list[int] = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher, "encode", lambda *given: (hashed.append(1), encode(*given))[1]
    )
    work: dict[str, int] = {}
    for kind, login, times in (
        ("wrong", midwife.person.username, 1),
        ("locked", midwife.person.username, 6),
        ("unknown", "niemand", 1),
        ("unknown and locked", "niemand", 6),
    ):
        for _ in range(times):
            hashed.clear()
            midwife.types(login=login, password="mis")
        work[kind] = len(hashed)
    assert work == dict.fromkeys(work, 1)


def test_guessing_codes_locks_the_second_step(midwife: Somebody) -> None:
    midwife.gets_phone().types()
    wrong = [_answer(midwife.types_code("000000"), "000000") for _ in range(6)]
    right = midwife.code()
    assert _answer(midwife.types_code(right), right) == wrong[0]
    assert not midwife.is_in


def test_a_flood_from_one_address_is_told_to_wait(midwife: Somebody, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login": "2/m/ip"}
    pages = [midwife.types(login=f"naam{n}", password="mis") for n in range(3)]
    assert [page.status_code for page in pages] == [200, 200, 429]
    assert b"Even wachten" in pages[2].content
