"""Doors: every page says who may come in; a page that says nothing opens for nobody."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from ooievaar.network.models import Person
from ooievaar.network.roles import Role
from ooievaar.network.signing_in.again import authentications, came_by_trusted_login
from ooievaar.network.workplace import Workplace, workplaces_of

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
CHOSEN = "position_id"
"""Key in the session of the position a person chose to work in."""
OWN_DOORS = ("allauth.", "ooievaar.network.signing_in.views")
"""Modules whose pages see for themselves who may come in: signing in, and what belongs to it."""
ALWAYS_OPEN = {
    "account_login",
    "account_logout",
    "account_change_password",
    "account_reauthenticate",
    "openid_connect_login",
    "openid_connect_callback",
}
"""Pages of signing in that somebody needs who is only half in."""


@dataclass(frozen=True, slots=True)
class Door:
    """Who may open a page; `is_care` where it shows care data, so that looking is logged."""

    roles: frozenset[Role] = frozenset()
    is_public: bool = False
    is_care: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a page did not open, for the access log."""

    reason: str
    door: Door


class WorkingRequest(HttpRequest):
    """A request behind a door: somebody who works somewhere."""

    user: Person
    workplace: Workplace
    workplaces: list[Workplace]
    refusal: Refusal | None


def open_to(*roles: Role, is_care: bool = False) -> Callable[[View], View]:
    """Open a page to these roles."""
    return _with_door(Door(frozenset(roles), is_care=is_care))


def open_to_everybody_signed_in(view: View) -> View:
    """Open a page to whoever signed in, in any role or none yet."""
    return _with_door(Door(frozenset(Role)))(view)


def open_to_anybody(view: View) -> View:
    """Open a page to the world: nothing of the region may stand on it."""
    return _with_door(Door(is_public=True))(view)


def _with_door(door: Door) -> Callable[[View], View]:
    def attach(view: View) -> View:
        cast(Any, view).door = door
        return view

    return attach


def door_of(view: Callable[..., Any]) -> Door | None:
    """Return who may open a view; None when it does not say."""
    if str(getattr(view, "__module__", "")).startswith(OWN_DOORS):
        return Door(is_public=True)
    return getattr(view, "door", None)


class Doors:
    """Lets a request through to its page, or says what is missing: signing in, a role, a step."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request; `process_view` decides."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Return nothing when the page may open, else what is shown instead of it."""
        if view.__module__.startswith(OWN_DOORS):
            return first_of_all(request)
        door = door_of(view)
        if door is None:
            raise ImproperlyConfigured(f"{view.__module__}.{view.__name__} has no door")
        if door.is_public:
            return None
        if not request.user.is_authenticated:
            return redirect(f"{settings.LOGIN_URL}?{urlencode({'next': request.get_full_path()})}")
        return admit(cast(WorkingRequest, request), door)


def first_of_all(request: HttpRequest) -> HttpResponse | None:
    """Keep somebody who is half in from the rest of signing in, until the missing half is done."""
    here = request.resolver_match
    if here is None or here.url_name in ALWAYS_OPEN or not request.user.is_authenticated:
        return None
    if must_choose_password(request):
        return redirect("account_change_password")
    if not took_second_step(request):
        is_there = here.url_name == "mfa_activate_totp"
        return None if is_there else redirect("mfa_activate_totp")
    # These pages need no workplace; the frame around them shows one, and the way back to it.
    settle(cast(WorkingRequest, request))
    return None


def settle(request: WorkingRequest) -> bool:
    """Set where somebody works now; False when they have several places and chose none."""
    request.workplaces = workplaces_of(request.user, timezone.localdate())
    chosen = request.session.get(CHOSEN)
    found = [place for place in request.workplaces if place.position_id == chosen]
    if not found and len(request.workplaces) != 1:
        return False
    request.workplace = (found or request.workplaces)[0]
    return True


def must_choose_password(request: HttpRequest) -> bool:
    """Tell whether somebody came in with a password that another gave."""
    return cast(Person, request.user).must_change_password and any(
        proof.get("method") == "password" for proof in authentications(request)
    )


def admit(request: WorkingRequest, door: Door) -> HttpResponse | None:
    """Set the workplace of a signed-in request and see whether its role opens the door."""
    if must_choose_password(request):
        return redirect("account_change_password")
    is_settled = settle(request)
    here = request.resolver_match
    if not request.workplaces:
        return render(request, "network/no_position.html", status=403)
    # Before the choice where to work: that already shows something of the region. Every role sees
    # care, money or people.
    if not took_second_step(request):
        return redirect("mfa_activate_totp")
    if not is_settled:
        if here and here.url_name in ("workplace", "set_language"):
            request.workplace = request.workplaces[0]
            return None
        return redirect(f"{reverse('workplace')}?{urlencode({'next': request.get_full_path()})}")
    if request.workplace.role not in door.roles:
        return refuse(request, "role", door)
    return None


def took_second_step(request: HttpRequest) -> bool:
    """Tell whether this session was opened with a second step, here or at the own organisation."""
    return any(
        proof.get("method") == "mfa" for proof in authentications(request)
    ) or came_by_trusted_login(request, cast(Person, request.user))


def refuse(request: HttpRequest, reason: str, door: Door) -> HttpResponse:
    """Say what would give access, the same whether or not the thing asked for exists."""
    cast(WorkingRequest, request).refusal = Refusal(reason, door)
    context = {"reason": reason, "roles": [role.label for role in Role if role in door.roles]}
    return render(request, "network/refused.html", context, status=403)
