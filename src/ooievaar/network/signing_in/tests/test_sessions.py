"""Sessions end: after silence, after a shift, with the browser, and when their person says so."""

from typing import Any

import pytest
from django.contrib.sessions.models import Session

from ooievaar.network.signing_in.commands import remove_second_step
from ooievaar.network.signing_in.tests.conftest import Somebody

pytestmark = pytest.mark.django_db
MINUTE = 60


@pytest.fixture
def inside(midwife: Somebody) -> Somebody:
    return midwife.gets_phone().comes_in()


def test_half_an_hour_of_silence_ends_it(inside: Somebody) -> None:
    inside.clock.pass_by(29 * MINUTE)
    assert inside.is_in
    inside.clock.pass_by(30 * MINUTE)
    gone = inside.client.get("/")
    assert gone["Location"] == "/aanmelden/?next=%2F"
    assert b"Uw sessie is verlopen" in inside.client.get(gone["Location"]).content


def test_a_page_that_asks_by_itself_does_not_break_the_silence(inside: Somebody) -> None:
    for _ in range(2):
        inside.clock.pass_by(10 * MINUTE)
        assert inside.client.get("/", headers={"X-Idle": "1"}).status_code == 200
    inside.clock.pass_by(10 * MINUTE)
    assert not inside.is_in


def test_a_shift_of_work_ends_it(inside: Somebody) -> None:
    for _ in range(12 * 3 - 1):
        inside.clock.pass_by(20 * MINUTE)
        assert inside.is_in
    inside.clock.pass_by(20 * MINUTE)
    assert not inside.is_in


def test_it_does_not_outlive_the_browser(inside: Somebody) -> None:
    cookie = inside.client.cookies["sessionid"]
    assert cookie["max-age"] == "" and cookie["expires"] == ""
    assert cookie["httponly"]


def test_a_page_writes_that_it_was_seen_once_a_minute(
    inside: Somebody, django_assert_num_queries: Any
) -> None:
    inside.is_in  # noqa: B018 - the first page after coming in
    with django_assert_num_queries(3):  # session, person, positions
        assert inside.is_in
    inside.clock.pass_by(61)
    with django_assert_num_queries(6):  # and the session written, in a savepoint
        assert inside.is_in


def test_a_lost_phone_taken_away_ends_every_session(inside: Somebody) -> None:
    remove_second_step(inside.person)
    assert not inside.is_in
    inside.secret = ""
    inside.types()
    assert inside.client.get("/")["Location"] == "/aanmelden/veilig/app/"


def test_somebody_sees_where_they_are_signed_in_and_ends_the_others(inside: Somebody) -> None:
    elsewhere = Somebody(inside.person, inside.clock, secret=inside.secret).comes_in()
    page = inside.client.get("/aanmelden/veilig/sessies/")
    assert page.context["session_count"] == 2 and b"127.0.0.1" in page.content
    inside.client.post("/aanmelden/veilig/sessies/")
    assert inside.is_in
    assert not elsewhere.is_in


def test_coming_in_gives_a_new_session_key(midwife: Somebody) -> None:
    midwife.gets_phone().types()
    before = midwife.client.cookies["sessionid"].value
    midwife.types_code()
    assert midwife.client.cookies["sessionid"].value != before
    assert not Session.objects.filter(session_key=before).exists()
