"""What stands on the pages: our language, fields that say what they are, and nothing inline."""

import re
from collections.abc import Callable

import pytest
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse

from ooievaar.network.signing_in import urls
from ooievaar.network.signing_in.tests.conftest import PASSWORD, Somebody

pytestmark = pytest.mark.django_db

ENGLISH = re.compile(
    r"\b(the|your|sign|log ?in|log ?out|logged|password|username|code is|please|authenticator app|"
    r"recovery|sessions?|current|again|submit|confirm|required|incorrect|enter|this field)\b",
    re.IGNORECASE,
)


def _outside(somebody: Somebody) -> None:
    """Nobody came in yet."""


def _half_in(somebody: Somebody) -> None:
    somebody.gets_phone().types()


def _without_phone(somebody: Somebody) -> None:
    somebody.types()


def _inside(somebody: Somebody) -> None:
    somebody.gets_phone().comes_in()


def _asked_again(somebody: Somebody) -> None:
    _inside(somebody)
    somebody.client.post("/aanmelden/opnieuw/", {"password": PASSWORD})


WALK: list[tuple[Callable[[Somebody], None], str, dict[str, str] | None]] = [
    (_outside, "/aanmelden/", None),
    (_outside, "/aanmelden/", {}),
    (_outside, "/aanmelden/", {"login": "niemand", "password": "mis"}),
    (_outside, "/aanmelden/opgeheven/", None),
    (_outside, "/aanmelden/gestopt/", None),
    (_outside, "/aanmelden/mislukt/", None),
    (_half_in, "/aanmelden/code/", None),
    (_half_in, "/aanmelden/code/", {"code": ""}),
    (_half_in, "/aanmelden/code/", {"code": "1"}),
    (_without_phone, "/aanmelden/veilig/app/", None),
    (_without_phone, "/aanmelden/veilig/app/", {"code": "1"}),
    (_inside, "/aanmelden/afmelden/", None),
    (_inside, "/aanmelden/opnieuw/", None),
    (_inside, "/aanmelden/opnieuw/", {"password": "mis"}),
    (_inside, "/aanmelden/opnieuw/code/", {"code": "1"}),
    (_inside, "/aanmelden/wachtwoord/", None),
    (_inside, "/aanmelden/wachtwoord/", {"oldpassword": "mis", "password1": "a", "password2": "b"}),
    (_inside, "/aanmelden/veilig/", None),
    (_inside, "/aanmelden/veilig/sessies/", None),
    (_asked_again, "/aanmelden/veilig/app/weg/", None),
    (_asked_again, "/aanmelden/veilig/codes/nieuw/", None),
]


@pytest.mark.parametrize(("before", "address", "given"), WALK)
def test_every_page_is_dutch_and_its_fields_say_what_they_are(
    before: Callable[[Somebody], None],
    address: str,
    given: dict[str, str] | None,
    midwife: Somebody,
) -> None:
    before(midwife)
    client = midwife.client
    page = client.get(address) if given is None else client.post(address, given)
    assert page.status_code in (200, 401), page.headers.get("Location")
    main = page.content.decode().split("<main")[1].split("</main>")[0]
    text = re.sub(r"<[^>]*>", " ", main)
    assert not ENGLISH.search(text), ENGLISH.findall(text)
    assert "<h1" in main and "<script" not in main and "<style" not in main
    for field in re.findall(r"<input(?![^>]*(?:type=\"hidden\"| hidden))[^>]*>", main):
        assert 'autocomplete="' in field and "placeholder" not in field, field
        name = re.search(r' id="([^"]+)"', field)
        assert name and f'for="{name[1]}"' in main
        if given is not None and 'aria-invalid="true"' in field:
            described = re.search(r'aria-describedby="([^"]+)"', field)
            assert described and any(f'id="{part}"' in main for part in described[1].split())


def test_the_walk_misses_no_page_but_those_of_organisations_and_of_codes_once() -> None:
    walked = {address for _, address, _ in WALK}
    left = {
        str(pattern.name)
        for pattern in urls.urlpatterns
        if isinstance(pattern, URLPattern) and f"/aanmelden/{pattern.pattern}" not in walked
    }
    assert left == {
        "mfa_view_recovery_codes",
        "openid_connect_login",
        "openid_connect_callback",
    }


def test_nobody_signs_up_and_nothing_goes_by_e_mail() -> None:
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    assert "account_login" in names
    for name in ("account_signup", "account_reset_password", "account_email", "mfa_trust"):
        with pytest.raises(NoReverseMatch):
            reverse(name)


def test_no_page_of_the_entrance_is_kept_by_the_browser(midwife: Somebody) -> None:
    midwife.types()
    for address in ("/aanmelden/veilig/app/", "/aanmelden/wachtwoord/"):
        assert "no-store" in midwife.client.get(address).headers["Cache-Control"], address
    midwife.sets_up_phone()
    codes = midwife.client.get("/aanmelden/veilig/codes/")
    assert "no-store" in codes.headers["Cache-Control"] and codes.context["can_view_codes"]
