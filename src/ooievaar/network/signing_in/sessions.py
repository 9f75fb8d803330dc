"""Sessions that end: after silence, and at the latest when a shift is over."""

import time
from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from ooievaar.network.models import Person

BEGAN_AT, SEEN_AT = "began_at", "seen_at"
"""Keys in the session: seconds since 1970."""
SEEN_STEP_SECONDS = 60
"""A session writes at most this often that it is alive."""
IDLE_HEADER = "X-Idle"
"""Sent by a page that asks something by itself: nobody touched it, so that silence goes on."""


def begin_session(request: HttpRequest) -> None:
    """Start the clocks of a session at signing in."""
    request.session[BEGAN_AT] = request.session[SEEN_AT] = int(time.time())


class SessionsEnd:
    """Ends a session whose time is up, before anything else sees its person.

    Needs no query of its own: the session was read already, and its person is not asked for.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, of nobody if the session is over."""
        if settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session:
            self._end_or_go_on(request)
        return self.get_response(request)

    def _end_or_go_on(self, request: HttpRequest) -> None:
        now = int(time.time())
        began, seen = request.session.get(BEGAN_AT), request.session.get(SEEN_AT)
        if began is None or seen is None:
            begin_session(request)
        elif now - seen >= settings.SESSION_IDLE_SECONDS or (
            now - began >= settings.SESSION_COOKIE_AGE
        ):
            logout(request)
            messages.info(request, _("Uw sessie is verlopen. Meld u opnieuw aan."))
        elif now - seen >= SEEN_STEP_SECONDS and IDLE_HEADER not in request.headers:
            request.session[SEEN_AT] = now


def end_sessions(person: Person, but: str | None = None) -> None:
    """End the sessions of a person, all or all but the one with this key."""
    for session in UserSession.objects.filter(user=person):
        if session.session_key != but:
            session.end()
