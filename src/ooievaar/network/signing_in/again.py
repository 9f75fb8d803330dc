"""Asking once more who somebody is, just before something weighty happens."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from ooievaar.network.models import Person

AGAIN_SECONDS = 300
"""How long an answer counts, unless a page says otherwise."""
OWN_LOGIN_AT = "own_login_at"
"""Key in the session of when the organisation's login last asked who this is; it tells us."""

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def recently_authenticated(request: HttpRequest, seconds: int = AGAIN_SECONDS) -> bool:
    """Tell whether this session proved who it is in the last `seconds`, by typing something.

    Coming in through an organisation's login counts from when that login asked: it may have
    let somebody through who typed nothing since the morning.
    """
    now = time.time()
    return any(
        0 <= now - _proved_at(request, record) < seconds for record in authentications(request)
    )


def authentications(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the ways in which this session proved to be its person, oldest first."""
    return get_authentication_records(request, cast(Person, request.user))


def came_by_trusted_login(request: HttpRequest, person: Person) -> bool:
    """Tell whether an organisation's login that always asks a second step let this person in."""
    return any(
        record.get("method") == "socialaccount"
        and (login := settings.OWN_LOGINS.get(record.get("provider")))
        and login.second_step
        for record in get_authentication_records(request, person)
    )


def _proved_at(request: HttpRequest, record: dict[str, Any]) -> float:
    if record.get("method") == "socialaccount":
        return float(request.session.get(OWN_LOGIN_AT) or 0)
    return float(record.get("at") or 0)


def reauthenticated(view: View) -> View:
    """Open a view only shortly after somebody proved again who they are.

    Use it on a view that shows what is about to happen and does it: the question comes before
    the page (GET), and again when the page was left open too long before its button (POST).
    After the question the page is shown anew; nothing that was posted is done unseen.
    """

    @wraps(view)
    def ask_first(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if recently_authenticated(request):
            return view(request, *args, **kwargs)
        back = request.path if request.method == "POST" else request.get_full_path()
        return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': back})}")

    return cast(View, ask_first)
