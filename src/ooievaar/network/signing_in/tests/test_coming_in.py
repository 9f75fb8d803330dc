"""The way in: a name, a password, a code; and nothing else opens before they are given."""

import pyotp
import pytest
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.test import Client

from ooievaar.network.models import Organisation, Position
from ooievaar.network.roles import Role
from ooievaar.network.signing_in.tests.conftest import PASSWORD, Somebody
from ooievaar.network.tests.people import SINCE

pytestmark = pytest.mark.django_db
OTHER_PASSWORD = "acht groene lampen"


def test_password_and_code_lead_to_the_page_that_was_asked(midwife: Somebody) -> None:
    midwife.gets_phone()
    asked = midwife.client.get("/zwaar/")
    assert asked["Location"] == "/aanmelden/?next=%2Fzwaar%2F"
    first = midwife.types(next="/zwaar/")
    assert first["Location"] == "/aanmelden/code/"
    assert not midwife.is_in
    assert midwife.types_code()["Location"] == "/zwaar/"
    assert midwife.is_in


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"],
)
def test_nobody_is_sent_to_another_site(midwife: Somebody, elsewhere: str) -> None:
    midwife.gets_phone().types(next=elsewhere)
    assert midwife.types_code()["Location"] == "/"


def test_without_a_phone_somebody_is_led_to_set_one_up_and_to_nothing_else(
    midwife: Somebody,
) -> None:
    midwife.types()
    for page in ("/", "/zwaar/", "/aanmelden/veilig/", "/aanmelden/veilig/sessies/"):
        assert midwife.client.get(page)["Location"] == "/aanmelden/veilig/app/", page
    codes = midwife.sets_up_phone()
    assert codes["Location"] == "/aanmelden/veilig/codes/"
    assert midwife.is_in


def test_where_one_may_work_is_not_shown_before_the_second_step(
    midwife: Somebody, practice: Organisation
) -> None:
    Position.objects.create(
        person=midwife.person, role=Role.SONOGRAPHER, organisation=practice, valid_from=SINCE
    )
    midwife.types()
    for page in ("/", "/werkplek/"):
        assert midwife.client.get(page)["Location"] == "/aanmelden/veilig/app/", page


def test_the_page_of_the_phone_shows_a_picture_and_the_secret_in_letters(midwife: Somebody) -> None:
    midwife.types()
    page = midwife.client.get("/aanmelden/veilig/app/").content.decode()
    assert 'src="data:image/svg+xml;base64,' in page
    assert "<code" in page and 'inputmode="numeric"' in page
    assert 'autocomplete="one-time-code"' in page


def test_a_wrong_first_code_changes_nothing(midwife: Somebody) -> None:
    midwife.types()
    midwife.client.get("/aanmelden/veilig/app/")
    again = midwife.client.post("/aanmelden/veilig/app/", {"code": "000000"})
    assert b"Deze code laat u niet binnen" in again.content
    assert not midwife.is_in


def test_recovery_codes_are_shown_once_and_each_opens_once(midwife: Somebody) -> None:
    midwife.types()
    midwife.sets_up_phone()
    page = midwife.client.get("/aanmelden/veilig/codes/")
    codes = page.context["unused_codes"]
    assert len(codes) == 10 and codes[0].encode() in page.content
    again = midwife.client.get("/aanmelden/veilig/codes/")
    assert codes[0].encode() not in again.content
    for expected in (True, False):
        midwife.client = Client()
        midwife.types()
        midwife.types_code(codes[0])
        assert midwife.is_in is expected


def test_a_code_is_taken_once(midwife: Somebody) -> None:
    midwife.gets_phone().types()
    code = midwife.code()
    midwife.types_code(code)
    assert midwife.is_in
    onlooker = Somebody(midwife.person, midwife.clock)
    onlooker.types()
    for later in (0, 20, 20):
        midwife.clock.pass_by(later)
        answer = onlooker.types_code(code)
        assert b"Deze code laat u niet binnen" in answer.content
    assert not onlooker.is_in


def test_the_code_that_set_up_a_phone_does_not_open_again(midwife: Somebody) -> None:
    midwife.types()
    midwife.sets_up_phone()
    onlooker = Somebody(midwife.person, midwife.clock)
    onlooker.types()
    onlooker.types_code(pyotp.TOTP(midwife.secret).at(midwife.clock()))
    assert not onlooker.is_in


def test_signing_out_is_a_button(midwife: Somebody) -> None:
    midwife.gets_phone().comes_in()
    assert midwife.client.get("/aanmelden/afmelden/").status_code == 200
    assert midwife.is_in
    assert midwife.client.post("/aanmelden/afmelden/")["Location"] == "/aanmelden/"
    assert not midwife.is_in


def test_signing_out_from_another_site_does_nothing(midwife: Somebody) -> None:
    midwife.client = Client(enforce_csrf_checks=True)
    assert midwife.client.post("/aanmelden/", {"login": "x"}).status_code == 403
    assert midwife.client.post("/aanmelden/afmelden/").status_code == 403


def test_who_left_does_not_come_in_and_is_told_no_more_than_others(midwife: Somebody) -> None:
    midwife.person.is_active = False
    midwife.person.save()
    gone = midwife.types().content
    wrong = midwife.types(password="iets anders").content
    assert _words(gone) == _words(wrong)


def test_who_is_in_stays_in_when_asking_for_the_entrance(midwife: Somebody) -> None:
    midwife.gets_phone().comes_in()
    assert midwife.client.get("/aanmelden/")["Location"] == "/"


def test_the_access_log_hears_of_coming_in_going_out_and_failing(midwife: Somebody) -> None:
    heard: list[str] = []
    signals = {"in": user_logged_in, "out": user_logged_out, "failed": user_login_failed}

    def listener(name: str):
        return lambda **told: heard.append(name)

    kept = {name: listener(name) for name in signals}
    for name, signal in signals.items():
        signal.connect(kept[name])
    try:
        midwife.gets_phone().types(password="mis")
        midwife.types()
        midwife.types_code("000000")
        midwife.types_code()
        midwife.client.post("/aanmelden/afmelden/")
    finally:
        for name, signal in signals.items():
            signal.disconnect(kept[name])
    assert heard == ["failed", "failed", "in", "out"]


def test_changing_a_password_ends_the_sessions_elsewhere(midwife: Somebody) -> None:
    midwife.gets_phone().comes_in()
    elsewhere = Somebody(midwife.person, midwife.clock, secret=midwife.secret).comes_in()
    assert elsewhere.is_in
    _choose(midwife, PASSWORD, OTHER_PASSWORD)
    assert midwife.is_in
    assert not elsewhere.is_in
    old = Somebody(midwife.person, midwife.clock)
    assert b"laten u niet binnen" in old.types().content


@pytest.mark.parametrize(
    ("new", "complaint"),
    [
        ("kort", "te kort"),
        ("Welkom Zwanger", "voor de hand liggen"),
        ("qwerty123456", "te algemeen"),
        ("Test Verloskundige", "lijkt te veel op"),
        (PASSWORD, "ander wachtwoord"),
        ("x" * 300, "256"),
    ],
)
def test_a_weak_password_is_refused(midwife: Somebody, new: str, complaint: str) -> None:
    midwife.gets_phone().comes_in()
    page = _choose(midwife, PASSWORD, new)
    assert page.status_code == 200 and page.context["form"].errors["password1"]
    assert complaint in page.content.decode()


def test_a_long_sentence_with_any_signs_is_a_good_password(midwife: Somebody) -> None:
    midwife.gets_phone().comes_in()
    sentence = "één zin, met spaties & ünicode – 🦢 " * 4
    assert _choose(midwife, PASSWORD, sentence).status_code == 302
    midwife.client, midwife.password = Client(), sentence
    assert midwife.comes_in().is_in


def _choose(somebody: Somebody, old: str, new: str):
    somebody.clock.pass_by(61)
    return somebody.client.post(
        "/aanmelden/wachtwoord/", {"oldpassword": old, "password1": new, "password2": new}
    )


def _words(page: bytes) -> list[str]:
    return [line for line in page.decode().splitlines() if "csrf" not in line]
