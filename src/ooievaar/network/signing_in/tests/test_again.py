"""Before something weighty, somebody proves again who they are; not twice in five minutes."""

import pytest

from ooievaar.network.signing_in.tests.conftest import PASSWORD, Somebody

pytestmark = pytest.mark.django_db
AGAIN = "/aanmelden/opnieuw/?next=%2Fzwaar%2F"


@pytest.fixture
def at_work(midwife: Somebody) -> Somebody:
    """A midwife who came in a quarter of an hour ago."""
    midwife.gets_phone().comes_in()
    midwife.clock.pass_by(900)
    return midwife


def test_who_just_came_in_is_not_asked_again(midwife: Somebody) -> None:
    midwife.gets_phone().comes_in()
    assert midwife.client.get("/zwaar/").content == b"weet u het zeker?"


def test_later_the_password_is_asked_and_the_page_comes_back(at_work: Somebody) -> None:
    assert at_work.client.get("/zwaar/")["Location"] == AGAIN
    asked = at_work.client.get(AGAIN)
    assert b'autocomplete="current-password"' in asked.content
    back = at_work.client.post(AGAIN, {"password": PASSWORD})
    assert back["Location"] == "/zwaar/"
    assert at_work.client.post("/zwaar/").content == b"betaald"


def test_a_code_will_do_too(at_work: Somebody) -> None:
    page = at_work.client.get(AGAIN).content.decode()
    assert "/aanmelden/opnieuw/code/?next=%2Fzwaar%2F" in page
    back = at_work.client.post(
        "/aanmelden/opnieuw/code/?next=%2Fzwaar%2F", {"code": at_work.code()}
    )
    assert back["Location"] == "/zwaar/"


def test_a_wrong_password_does_nothing(at_work: Somebody) -> None:
    again = at_work.client.post(AGAIN, {"password": "mis"})
    assert b"klopt niet" in again.content
    assert at_work.client.get("/zwaar/")["Location"] == AGAIN


def test_a_button_pressed_too_late_asks_first_and_does_nothing_unseen(at_work: Somebody) -> None:
    at_work.client.post(AGAIN, {"password": PASSWORD})
    at_work.clock.pass_by(301)
    late = at_work.client.post("/zwaar/")
    assert late["Location"] == AGAIN
    back = at_work.client.post(AGAIN, {"password": PASSWORD}, follow=True)
    assert back.content == b"weet u het zeker?"


def test_afterwards_nobody_is_sent_elsewhere(at_work: Somebody) -> None:
    elsewhere = "/aanmelden/opnieuw/?next=https%3A%2F%2Fevil.example%2F"
    assert at_work.client.post(elsewhere, {"password": PASSWORD})["Location"] == "/"


def test_another_phone_asks_again_then_sets_up_the_new_one_at_once(at_work: Somebody) -> None:
    gone = "/aanmelden/veilig/app/weg/"
    asked = at_work.client.get(gone)
    assert asked["Location"] == "/aanmelden/opnieuw/?next=%2Faanmelden%2Fveilig%2Fapp%2Fweg%2F"
    at_work.client.post(asked["Location"], {"password": PASSWORD})
    assert at_work.client.get(gone).status_code == 200
    elsewhere = Somebody(at_work.person, at_work.clock, secret=at_work.secret).comes_in()
    assert elsewhere.is_in
    assert at_work.client.post(gone)["Location"] == "/aanmelden/veilig/app/"
    assert at_work.client.get("/")["Location"] == "/aanmelden/veilig/app/"
    assert not elsewhere.is_in
    at_work.sets_up_phone()
    assert at_work.is_in


def test_new_recovery_codes_ask_again(at_work: Somebody) -> None:
    new = "/aanmelden/veilig/codes/nieuw/"
    asked = at_work.client.get(new)["Location"]
    at_work.client.post(asked, {"password": PASSWORD})
    assert at_work.client.post(new)["Location"] == "/aanmelden/veilig/codes/"
    shown = at_work.client.get("/aanmelden/veilig/codes/")
    assert len(shown.context["unused_codes"]) == 10 and shown.context["can_view_codes"]


def test_the_page_of_ones_own_way_in(at_work: Somebody) -> None:
    page = at_work.client.get("/aanmelden/veilig/").content.decode()
    for address in ("/wachtwoord/", "/veilig/app/weg/", "/veilig/codes/nieuw/", "/veilig/sessies/"):
        assert f"/aanmelden{address}" in page
