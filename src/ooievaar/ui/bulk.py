"""Doing something with several rows: picked in a table, asked once, then done.

    keys = confirmed(request, purpose)          # None: not confirmed yet
    if keys is None:
        return ask_once(request, purpose, ...)  # shows which rows, once
    ...
    return redirect(back_address(request, keys))

The rows are looked up again at the confirmation, in what the person may see then.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme

from ooievaar.ui.check_answers import FIELD, read_answers, sign_answers
from ooievaar.ui.tables import MOST_ROWS


@dataclass(frozen=True, slots=True)
class Picked:
    """The keys of the rows that were confirmed, and the page they were picked on."""

    keys: list[str]
    back: str


def picked_keys(request: HttpRequest) -> list[str]:
    """Return the keys that were ticked, each once and no more than a page holds."""
    return list(dict.fromkeys(request.POST.getlist("rij")))[:MOST_ROWS]


def back_address(request: HttpRequest, otherwise: str = "/") -> str:
    """Return the page of the table that was picked in; never another site."""
    back = request.POST.get("terug", "")
    is_ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if is_ours else otherwise


def ask_once(
    request: HttpRequest,
    purpose: str,
    heading: str | Promise,
    rows: Sequence[tuple[str, object]],
    action: str | Promise,
    warning: str | Promise = "",
    otherwise: str = "/",
) -> HttpResponse:
    """Show the rows that were picked, as (key, what it is called), and ask whether to go on.

    `purpose` names the action and the person, so that one confirmation opens nothing else.
    """
    back = back_address(request, otherwise)
    token = sign_answers({"keys": [key for key, _label in rows], "back": back}, purpose)
    context = {
        "heading": heading,
        "rows": [label for _key, label in rows],
        "action": action,
        "warning": warning,
        "token": token,
        "back_address": back,
    }
    return render(request, "ooievaar/confirm.html", context)


def confirmed(request: HttpRequest, purpose: str) -> Picked | None:
    """Return what was confirmed; None when it was not asked yet, or the page lay open too long."""
    answers = read_answers(request.POST.get(FIELD, ""), purpose=purpose)
    if answers is None:
        return None
    return Picked([str(key) for key in answers["keys"]], str(answers["back"]))
