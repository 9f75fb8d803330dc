"""What happens when somebody comes in or tries to; the access log listens to Django's signals."""

from typing import Any

from allauth.account import signals as account_signals
from allauth.account.authentication import (
    AUTHENTICATION_METHODS_SESSION_KEY,
    get_authentication_records,
)
from allauth.mfa import signals as mfa_signals
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.http import HttpRequest

from ooievaar.network.models import Person
from ooievaar.network.signing_in.again import OWN_LOGIN_AT
from ooievaar.network.signing_in.sessions import begin_session, end_sessions

KEPT = ("position_id",)
"""Keys of the session that outlive proving anew who one is at an organisation's login."""


def listen() -> None:
    """Hear what Django and allauth tell; once, when the room opens."""
    user_logged_in.connect(_came_in, dispatch_uid="came_in")
    mfa_signals.authentication_failed.connect(_wrong_code, dispatch_uid="wrong_code")
    mfa_signals.authenticator_removed.connect(_lost_a_step, dispatch_uid="lost_a_step")
    account_signals.password_changed.connect(_other_password, dispatch_uid="other_password")


def tell_of_failure(request: HttpRequest | None, username: str) -> None:
    """Tell that somebody was not let in, as Django does itself when a password is wrong."""
    user_login_failed.send(sender=__name__, credentials={"username": username}, request=request)


def coming_by_own_login(request: HttpRequest, person: Person, asked_at: float) -> None:
    """Remember until the new session begins when the login asked, and where the person worked."""
    kept = {}
    if request.user.is_authenticated and request.user.pk == person.pk:
        kept = {key: request.session[key] for key in KEPT if key in request.session}
    request.for_new_session = {OWN_LOGIN_AT: asked_at, **kept}  # type: ignore[attr-defined]


def _came_in(request: HttpRequest, **kwargs: Any) -> None:
    begin_session(request)
    request.session.update(getattr(request, "for_new_session", {}))


def _wrong_code(request: HttpRequest, user: Person, **kwargs: Any) -> None:
    tell_of_failure(request, user.username)


def _lost_a_step(
    request: HttpRequest, user: Person, authenticator: Authenticator, **kwargs: Any
) -> None:
    """Without its app a session took no second step any more; the other sessions end."""
    if authenticator.type != Authenticator.Type.TOTP:
        return
    left = [
        proof for proof in get_authentication_records(request, user) if proof["method"] != "mfa"
    ]
    request.session[AUTHENTICATION_METHODS_SESSION_KEY] = left
    end_sessions(user, but=request.session.session_key)


def _other_password(request: HttpRequest, user: Person, **kwargs: Any) -> None:
    end_sessions(user, but=request.session.session_key)
