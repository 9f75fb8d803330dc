"""Where allauth asks what we want: who may come in, with which words, and what is kept how."""

from datetime import UTC, datetime
from typing import Any, NoReturn, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from ooievaar.network.models import Person
from ooievaar.network.signing_in import events, secrets_at_rest
from ooievaar.network.signing_in.again import came_by_trusted_login, recently_authenticated
from ooievaar.network.signing_in.own_logins import OwnLogin

NOT_LET_IN = _(
    "Deze naam en dit wachtwoord laten u niet binnen. Na vijf pogingen wacht een naam tien minuten."
)
WRONG_CODE = _(
    "Deze code laat u niet binnen. Wacht op de volgende code; na vijf pogingen tien minuten."
)


class Entrance(DefaultAccountAdapter):
    """Password and name: one answer to all that is wrong, in words and in time."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        # Unknown, wrong, locked, expired, gone: who tries learns nothing from the answer.
        "username_password_mismatch": NOT_LET_IN,
        "invalid_login": NOT_LET_IN,
        "too_many_login_attempts": NOT_LET_IN,
        "account_inactive": NOT_LET_IN,
        "incorrect_password": _("Dit wachtwoord klopt niet."),
        "enter_current_password": _("Dit is niet uw wachtwoord van nu."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: an administrator adds people."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Return who these credentials belong to, if that person may still use them."""
        try:
            person = cast(Person | None, super().authenticate(request, **credentials))
        except ValidationError:
            # Locked: as slow as a password that is looked at, and told to who listens.
            Person().set_password(credentials.get("password", ""))
            events.tell_of_failure(request, credentials.get("username", ""))
            raise
        if person is not None and _has_expired(person):
            events.tell_of_failure(request, person.username)
            return None
        return person

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # By name alone: allauth counts per host name of ours, which is one lock per name too many.
        return f"name:{credentials.get('username', '').strip().casefold()}"

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Set a password that the person chose: it is no longer one for once."""
        person = cast(Person, user)
        person.set_password(password)
        person.must_change_password = False
        person.password_until = None
        person.save(update_fields=["password", "must_change_password", "password_until"])

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Go home after a change; the doors know what is still missing."""
        return settings.LOGIN_REDIRECT_URL

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask again before the second step changes, except for a first one just after coming in."""
        request = context.request
        person = cast(Person, request.user)
        is_first = not Authenticator.objects.filter(user=person).exists()
        if is_first and recently_authenticated(request):
            return False
        return super().is_reauthentication_required(app=app, **kwargs)

    def get_reauthentication_methods(
        self, user: AbstractBaseUser | AnonymousUser
    ) -> list[dict[str, Any]]:
        """Return the ways to prove again who one is; of who has none here, their own login."""
        words = {
            "reauthenticate": _("Met uw wachtwoord"),
            "mfa_reauthenticate": _("Met een code"),
        }
        ways = super().get_reauthentication_methods(user)
        for way in ways:
            way["description"] = words.get(way["id"], way["description"])
        return ways or list(_own_logins_of(user))

    def get_login_stages(self) -> list[str]:
        """Ask for a code, unless an organisation's login that we trust asked for one."""
        return ["ooievaar.network.signing_in.adapters.SecondStepStage"]


def _has_expired(person: Person) -> bool:
    return (
        person.must_change_password
        and person.password_until is not None
        and timezone.now() >= person.password_until
    )


def _own_logins_of(user: AbstractBaseUser | AnonymousUser) -> list[dict[str, Any]]:
    """Return the organisation's logins a person is linked to, which are to ask anew who it is."""
    if not user.is_authenticated:
        return []
    asked_anew = urlencode({"prompt": "login", "max_age": "0"})
    linked = SocialAccount.objects.filter(user_id=user.pk, provider__in=settings.OWN_LOGINS)
    return [
        {
            "id": f"own_login:{provider}",
            "description": settings.OWN_LOGINS[provider].name,
            "url": f"{reverse('openid_connect_login', args=[provider])}?"
            + urlencode({"process": AuthProcess.LOGIN, "auth_params": asked_anew}),
        }
        for provider in linked.order_by("pk").values_list("provider", flat=True)
    ]


class SecondStepStage(AuthenticateStage):
    """The code after the password."""

    def _should_handle(self, request: HttpRequest) -> bool:
        person = cast(Person | None, self.login.user)
        if person and came_by_trusted_login(request, person):
            return False
        return bool(super()._should_handle(request))


class SecondStep(DefaultMFAAdapter):
    """The second step: its secrets cannot be read from the database."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": WRONG_CODE,
        "cannot_generate_recovery_codes": _("Stel eerst een app met codes in."),
    }

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        """Return the name under which the app shows its codes."""
        return cast(Person, user).username

    def encrypt(self, text: str) -> str:
        """Encrypt a secret before it is stored."""
        return secrets_at_rest.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Return a stored secret."""
        return secrets_at_rest.decrypt(encrypted_text)


class OwnLoginEntrance(DefaultSocialAccountAdapter):
    """An organisation's login lets in who is known here; it makes nobody."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Nobody signs up."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Let a linked person through, link one who is known by name, refuse all others."""
        account = sociallogin.account
        login: OwnLogin | None = settings.OWN_LOGINS.get(account.provider)
        said = {**(account.extra_data.get("userinfo") or {}), **account.extra_data["id_token"]}
        # What the organisation knows of a person is not ours to keep.
        account.extra_data = {}
        if login is None or sociallogin.state.get("process") != AuthProcess.LOGIN:
            _refuse(request, login)
        if not sociallogin.is_existing:
            name = _name_said(login, said)
            person = _known_by_name(login, name)
            if person is None:
                _refuse(request, login, name)
            sociallogin.connect(request, person)
        person = cast(Person, sociallogin.user)
        if not person.is_active or not _may_vouch_for(login, person):
            _refuse(request, login, person.username)
        account = sociallogin.account
        account.extra_data = {}
        account.save(update_fields=["extra_data"])
        events.coming_by_own_login(request, person, _asked_at(said))


def _name_said(login: OwnLogin, said: dict[str, Any]) -> str:
    """Return the user name that the configured claim gives; an e-mail address only if verified."""
    if not login.claim or (login.claim == "email" and said.get("email_verified") is not True):
        return ""
    name = said.get(login.claim)
    return name if isinstance(name, str) else ""


def _known_by_name(login: OwnLogin, name: str) -> Person | None:
    """Return who bears this name and works in the organisation, if not linked to another there."""
    person = Person.objects.filter(username=name).first() if name else None
    if person is None or login.organisation not in _organisations_of(person):
        return None
    if SocialAccount.objects.filter(user=person, provider=login.id).exists():
        return None
    return person


def _may_vouch_for(login: OwnLogin, person: Person) -> bool:
    """Tell whether an organisation may say who this is: only of its own people, or of a network."""
    organisations = _organisations_of(person)
    return not organisations or login.organisation in organisations


def _organisations_of(person: Person) -> set[str]:
    today = timezone.localdate()
    held = person.positions.filter(valid_from__lte=today, valid_until__gt=today)
    return {agb for agb in held.values_list("organisation__agb", flat=True) if agb}


def _asked_at(said: dict[str, Any]) -> float:
    """Return when the login asked who this is, as it says; 0 when it does not."""
    asked = said.get("auth_time")
    now = datetime.now(UTC).timestamp()
    return min(float(asked), now) if isinstance(asked, int | float) else 0.0


def _refuse(request: HttpRequest, login: OwnLogin | None, name: str = "") -> NoReturn:
    events.tell_of_failure(request, name)
    page = render(request, "socialaccount/refused.html", {"login": login}, status=403)
    raise ImmediateHttpResponse(page)
