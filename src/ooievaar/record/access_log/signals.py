"""Coming in, going out, and trying in vain are events too."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from ooievaar.record.access_log.actors import Actor, actor_of
from ooievaar.record.access_log.commands import append
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import NO_RELATION, Look, note

NOBODY = "FFFF"


def connect() -> None:
    """Listen to who comes and goes."""
    for signal, receiver in (
        (user_logged_in, came_in),
        (user_logged_out, went_out),
        (user_login_failed, came_in_vain),
    ):
        signal.connect(receiver, dispatch_uid=f"access log {receiver.__name__}")


def came_in(sender: Any, request: HttpRequest, user: Any, **_: Any) -> None:
    """Note that somebody signed in."""
    note(request, Kind.SIGN_IN, "person", user.pk, controls=NO_RELATION)


def went_out(sender: Any, request: HttpRequest, user: Any, **_: Any) -> None:
    """Note that somebody signed out; afterwards the request no longer knows who it was."""
    if user is not None:
        request.__dict__["access_actor"] = actor_of(request)
        note(request, Kind.SIGN_OUT, "person", user.pk, controls=NO_RELATION)


def came_in_vain(
    sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any
) -> None:
    """Note a failed attempt: what was typed as a name may be a password, so only a hash stays.

    A wrong second step comes here too (`network.signing_in.events`).
    """
    typed = str(credentials.get("username") or credentials.get("email") or "")
    hashed = name_hash(typed)
    if request is None:
        look = Look(
            Kind.SIGN_IN, "person", controls=NOBODY, is_success=False, detail={"name_hash": hashed}
        )
        append([look], Actor())
    else:
        note(request, Kind.SIGN_IN, "person", controls=NOBODY, is_success=False, name_hash=hashed)


def name_hash(typed: str) -> str:
    """Return what attempts with the same name have in common, and tells nobody the name."""
    return salted_hmac("ooievaar.access_log", typed.casefold(), algorithm="sha256").hexdigest()[:12]
