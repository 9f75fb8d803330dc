"""An organisation's own login opens for its people who are known here; it makes nobody."""

import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.http import HttpResponse
from django.test import Client

from ooievaar.network.models import Network, Organisation, Person
from ooievaar.network.roles import Role
from ooievaar.network.signing_in.commands import link_own_login, set_one_time_password
from ooievaar.network.signing_in.own_logins import OwnLogin, allauth_apps, read_own_logins
from ooievaar.network.signing_in.tests.conftest import Clock, Somebody
from ooievaar.network.tests.people import position

# The provider's own library says that it will change.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:authlib")
START = "/aanmelden/organisatie/ziekenhuis/"


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """A real provider of OpenID Connect, on this machine."""
    import authlib.deprecate  # noqa: F401 - shows its warnings from here on, unless told not to

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import oidc_provider_mock
    with oidc_provider_mock.run_server_in_thread() as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def login(settings: Any, provider: str, practice: Organisation) -> OwnLogin:
    return _configure(settings, provider)


def _configure(settings: Any, provider: str, **other: Any) -> OwnLogin:
    asked: dict[str, Any] = {"second_step": True, "claim": "preferred_username", **other}
    made = OwnLogin("ziekenhuis", "Het Ziekenhuis", "08010101", provider, "ons", "geheim", **asked)
    settings.OWN_LOGINS = {"ziekenhuis": made}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": allauth_apps(settings.OWN_LOGINS)}
    return made


def _knows(provider: str, sub: str, **claims: Any) -> None:
    httpx.put(f"{provider}/users/{sub}", json=claims).raise_for_status()


def _comes(client: Client, sub: str, start: str = START) -> HttpResponse:
    """Walk the whole way: to the organisation's login, through it, and back."""
    away = client.get(start)
    assert away.status_code == 302, away.content
    back = httpx.post(away["Location"], data={"sub": sub})
    assert back.status_code in (302, 303), back.text
    return client.get(back.headers["location"].replace("http://testserver", ""))


@pytest.mark.django_db
def test_somebody_known_by_name_comes_in_and_is_linked(
    login: OwnLogin, midwife: Somebody, provider: str
) -> None:
    _knows(provider, "m1", preferred_username=midwife.person.username, name="Iemand Anders")
    page = midwife.client.get("/aanmelden/?next=/zwaar/").content.decode()
    assert "Het Ziekenhuis" in page and START in page
    assert _comes(midwife.client, "m1")["Location"] == "/"
    assert midwife.is_in
    linked = SocialAccount.objects.get()
    assert (linked.user_id, linked.uid) == (midwife.person.pk, "m1")
    midwife.person.refresh_from_db()
    assert midwife.person.last_name == "Verloskundige"
    assert Person.objects.count() == 1


@pytest.mark.django_db
def test_nothing_of_what_the_organisation_knows_is_kept(
    login: OwnLogin, midwife: Somebody, provider: str
) -> None:
    _knows(provider, "m1", preferred_username=midwife.person.username, name="Iemand Anders")
    for _ in range(2):
        midwife.client = Client()
        _comes(midwife.client, "m1")
        assert SocialAccount.objects.get().extra_data == {}


@pytest.mark.django_db
def test_it_asks_with_a_state_and_a_proof_of_its_own(login: OwnLogin, midwife: Somebody) -> None:
    asked = parse_qs(urlsplit(midwife.client.get(START)["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["state"][0]) >= 16 and asked["code_challenge"]
    assert sorted(asked["scope"][0].split()) == ["openid", "profile"]
    forged = midwife.client.get(f"{START}terug/?code=x&state=verzonnen")
    assert forged.status_code == 401


@pytest.mark.django_db
@pytest.mark.parametrize("known", ["", "niemand", "elders", "weg"])
def test_a_stranger_gets_a_plain_page_and_no_account(
    known: str, login: OwnLogin, midwife: Somebody, provider: str, practice: Organisation
) -> None:
    other = Organisation.objects.create(agb="08020202", name="Elders", discipline="midwives")
    names = {
        "elders": position(Role.MIDWIFE, organisation=other).person.username,
        "weg": position(Role.MIDWIFE, organisation=practice).person.username,
    }
    Person.objects.filter(username=names["weg"]).update(is_active=False)
    before = Person.objects.count()
    _knows(provider, "v1", preferred_username=names.get(known, known))
    failures: list[Any] = []
    listen = lambda **told: failures.append(told["credentials"])  # noqa: E731
    user_login_failed.connect(listen)
    try:
        page = _comes(midwife.client, "v1")
    finally:
        user_login_failed.disconnect(listen)
    assert page.status_code == 403 and b"U kunt hier niet naar binnen" in page.content
    assert len(failures) == 1
    assert not midwife.is_in
    assert Person.objects.count() == before


@pytest.mark.django_db
def test_a_name_given_to_somebody_else_at_the_organisation_does_not_open(
    login: OwnLogin, midwife: Somebody, provider: str
) -> None:
    link_own_login(midwife.person, "ziekenhuis", "m1")
    _knows(provider, "m2", preferred_username=midwife.person.username)
    assert _comes(midwife.client, "m2").status_code == 403


@pytest.mark.django_db
def test_an_administrator_links_somebody_of_the_network(
    login: OwnLogin, clock: Clock, provider: str
) -> None:
    network = Network.objects.create(kind="igo", name="Zuiderzee")
    controller = Somebody(position(Role.CONTROLLER, network=network).person, clock)
    _knows(provider, "c1", preferred_username=controller.person.username)
    assert _comes(controller.client, "c1").status_code == 403
    link_own_login(controller.person, "ziekenhuis", "c1")
    _comes(controller.client, "c1")
    assert controller.is_in
    with pytest.raises(ValidationError):
        link_own_login(controller.person, "ziekenhuis", "c1")
    with pytest.raises(ValidationError):
        link_own_login(controller.person, "onbekend", "c1")


@pytest.mark.django_db
def test_an_organisation_vouches_for_its_own_people_only(
    login: OwnLogin, midwife: Somebody, provider: str
) -> None:
    link_own_login(midwife.person, "ziekenhuis", "m1")
    other = Organisation.objects.create(agb="08020202", name="Elders", discipline="midwives")
    midwife.person.positions.update(organisation=other)
    _knows(provider, "m1")
    assert _comes(midwife.client, "m1").status_code == 403


@pytest.mark.django_db
def test_an_e_mail_address_counts_only_when_the_organisation_verified_it(
    settings: Any, provider: str, midwife: Somebody
) -> None:
    _configure(settings, provider, claim="email")
    Person.objects.update(username="m@wieg.example")
    for verified in (False, True):
        _knows(provider, "m1", email="m@wieg.example", email_verified=verified)
        _comes(midwife.client, "m1")
        assert midwife.is_in is verified


@pytest.mark.django_db
def test_a_login_without_a_second_step_does_not_count_as_one(
    settings: Any, provider: str, midwife: Somebody
) -> None:
    _configure(settings, provider, second_step=False)
    _knows(provider, "m1", preferred_username=midwife.person.username)
    _comes(midwife.client, "m1")
    assert midwife.client.get("/")["Location"] == "/aanmelden/veilig/app/"
    midwife.client = Client()
    midwife.gets_phone()
    assert _comes(midwife.client, "m1")["Location"] == "/aanmelden/code/"
    midwife.types_code()
    assert midwife.is_in


@pytest.mark.django_db
def test_a_second_step_taken_there_is_not_asked_again_here(
    login: OwnLogin, provider: str, midwife: Somebody
) -> None:
    midwife.gets_phone()
    set_one_time_password(midwife.person)
    _knows(provider, "m1", preferred_username=midwife.person.username)
    _comes(midwife.client, "m1")
    assert midwife.is_in


@pytest.mark.django_db
def test_nobody_links_an_account_by_themselves(
    login: OwnLogin, provider: str, midwife: Somebody
) -> None:
    midwife.gets_phone().comes_in()
    _knows(provider, "v1", preferred_username="vreemd")
    page = _comes(midwife.client, "v1", f"{START}?process=connect")
    assert page.status_code == 403
    assert not SocialAccount.objects.exists()


@pytest.mark.django_db
def test_before_something_weighty_the_organisation_asks_anew(
    login: OwnLogin, provider: str, midwife: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    from oidc_provider_mock._storage import AuthorizationCode

    midwife.person.set_unusable_password()
    midwife.person.save()
    asked_at = [int(time.time()) - 3600]
    monkeypatch.setattr(AuthorizationCode, "get_auth_time", lambda self: asked_at[0])
    _knows(provider, "m1", preferred_username=midwife.person.username)
    _comes(midwife.client, "m1")
    session = midwife.client.session
    session["position_id"] = midwife.person.positions.get().pk
    session.save()
    # The organisation let her through on an hour-old answer: that proves nothing now.
    again = midwife.client.get(midwife.client.get("/zwaar/")["Location"])
    asked = parse_qs(urlsplit(midwife.client.get(again["Location"])["Location"]).query)
    assert asked["prompt"] == ["login"] and asked["max_age"] == ["0"]
    asked_at[0] = int(time.time())
    assert _comes(midwife.client, "m1", again["Location"])["Location"] == "/zwaar/"
    assert midwife.client.get("/zwaar/").content == b"weet u het zeker?"
    assert midwife.client.session["position_id"] == midwife.person.positions.get().pk


@pytest.mark.django_db
def test_who_has_no_password_here_cannot_change_one(
    login: OwnLogin, provider: str, midwife: Somebody
) -> None:
    midwife.person.set_unusable_password()
    midwife.person.save()
    _knows(provider, "m1", preferred_username=midwife.person.username)
    _comes(midwife.client, "m1")
    page = midwife.client.get("/aanmelden/wachtwoord/")
    assert page.status_code == 404 and b"U hebt hier geen wachtwoord" in page.content


@pytest.mark.django_db
def test_a_login_that_does_not_answer_is_said_plainly(settings: Any, midwife: Somebody) -> None:
    _configure(settings, "http://localhost:9")
    page = midwife.client.get(START)
    assert page.status_code == 502 and b"antwoordt niet goed" in page.content
    assert midwife.client.get("/aanmelden/organisatie/onbekend/").status_code == 404


GOOD = (
    '[{"id": "a", "name": "A", "organisation": "08010101", "server_url": "https://a.example", '
    '"client_id": "c", "secret": "zeer-geheim", "second_step": true}]'
)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("", "regel 1"),
        ("{}", "verwacht een lijst"),
        ("[1]", "aanmelding 1: verwacht een object"),
        (GOOD.replace('"id": "a"', '"id": "A b"'), "veld id: gevonden 'A b'"),
        (GOOD.replace("https://", "http://"), "adres met https://"),
        (GOOD.replace("08010101", "8010101"), "verwacht een AGB-code"),
        (GOOD.replace("true", '"ja"'), "second_step: verwacht true of false"),
        (GOOD.replace('"secret": "zeer-geheim", ', ""), "veld secret ontbreekt"),
        (GOOD.replace("client_id", "clientid"), "veld clientid is onbekend"),
        (GOOD.replace('"zeer-geheim"', "1"), "veld secret: verwacht een tekst"),
        (f"[{GOOD[1:-1]}, {GOOD[1:-1]}]", "aanmelding 2: veld id: 'a' staat er al"),
    ],
)
def test_a_fault_in_the_file_stops_the_start(wrong: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "oidc.json"
    file.write_text(wrong, encoding="utf-8")
    with pytest.raises(ImproperlyConfigured) as refused:
        read_own_logins(str(file))
    assert words in str(refused.value)
    assert "zeer-geheim" not in str(refused.value)


def test_a_good_file_gives_its_logins(tmp_path: Path) -> None:
    file = tmp_path / "oidc.json"
    file.write_text(GOOD, encoding="utf-8")
    assert read_own_logins(str(file))["a"].second_step is True
    assert read_own_logins("") == {}
    with pytest.raises(ImproperlyConfigured, match="niet te lezen"):
        read_own_logins(str(tmp_path / "weg.json"))
