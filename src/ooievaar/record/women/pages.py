"""The page on which two records of one woman are read as one, and taken apart again."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ooievaar.network.doors import Door, WorkingRequest, open_to, refuse
from ooievaar.record.access_log.models import Action, Kind
from ooievaar.record.access_log.noting import note
from ooievaar.record.break_glass import find_in_emergency
from ooievaar.record.entries.pages.opening import Opened, opened
from ooievaar.record.models import Pregnancy, Woman
from ooievaar.record.relations import Rejected
from ooievaar.record.women.forms import FindForm, ReasonForm
from ooievaar.record.women.merging import (
    MERGING_ROLES,
    Sides,
    merge_women,
    running_merges,
    sees_both,
    sides_of,
    split_women,
)

DOOR = Door(MERGING_ROLES, is_care=True)


@open_to(*MERGING_ROLES, is_care=True)
@require_http_methods(["GET", "POST"])
def merge_page(request: WorkingRequest, pregnancy_id: int) -> HttpResponse:
    """Find her other record, show both side by side, merge them; or split what was merged."""
    page = opened(request, pregnancy_id)
    if page is None:
        return refuse(request, "relation", DOOR)
    banner = page.banner()
    her = banner.version.pregnancy.woman
    sent = request.POST if request.method == "POST" else None
    asked = request.POST.get("doe", "")
    find, merge, split = FindForm(), ReasonForm(), ReasonForm()
    sides: Sides | None = None
    if asked in ("zoek", "samenvoegen"):
        find = FindForm(sent)
        sides = _found(request, page, her, find)
        if sides is not None and asked == "samenvoegen":
            merge = ReasonForm(sent)
            if merge.is_valid() and _merge(request, page, sides, merge):
                return redirect("merge_women", pregnancy_id)
    elif asked == "splitsen":
        split = ReasonForm(sent)
        if split.is_valid() and _split(request, page, her, split):
            return redirect("merge_women", pregnancy_id)
    note(request, Kind.READ, "woman", her.pk, **page.logged)
    context: dict[str, Any] = {
        "banner": banner,
        "merges": list(running_merges(her.pk)),
        "find": find,
        "sides": sides,
        "differs": sides.differs if sides else (),
        "merge_form": merge,
        "split_form": split,
        "split_id": request.POST.get("merge", "") if asked == "splitsen" else "",
    }
    return render(request, "record/merge_women.html", context)


def _found(request: WorkingRequest, page: Opened, her: Woman, find: FindForm) -> Sides | None:
    """Return her and who was found; nobody where they do not see a pregnancy of the other."""
    if not find.is_valid():
        return None
    found: Pregnancy | None = find_in_emergency(**find.sought)
    other = found.woman if found else None
    if other is None or other.pk == her.pk or not sees_both(page.workplace, page.at, her, other):
        note(request, Kind.SEARCH, "woman", is_success=False, **page.logged)
        find.find_nobody()
        return None
    note(
        request, Kind.SEARCH, "woman", other.pk, women=[her.pk, other.pk],
        controls=page.access.controls,
    )  # fmt: skip
    return sides_of(her, other)


def _merge(request: WorkingRequest, page: Opened, sides: Sides, form: ReasonForm) -> bool:
    done = merge_women(sides.kept, sides.merged, form.cleaned_data["reason"], **_by(request, page))
    if isinstance(done, Rejected):
        form.reject(done)
        return False
    _noted(request, page, "woman_merge", done.pk, sides)
    messages.success(request, _("De twee dossiers worden vanaf nu als één gelezen."))
    return True


def _split(request: WorkingRequest, page: Opened, her: Woman, form: ReasonForm) -> bool:
    merge = next(
        (one for one in running_merges(her.pk) if str(one.pk) == request.POST.get("merge")), None
    )
    if merge is None:
        messages.warning(request, _("Deze twee dossiers zijn al gesplitst."))
        return True
    done = split_women(merge, form.cleaned_data["reason"], **_by(request, page))
    if isinstance(done, Rejected):
        form.reject(done)
        return False
    _noted(request, page, "woman_split", done.pk, Sides(merge.kept, merge.merged))
    messages.success(request, _("De twee dossiers worden weer elk apart gelezen."))
    return True


def _by(request: WorkingRequest, page: Opened) -> dict[str, Any]:
    return {
        "workplace": page.workplace,
        "person": request.user,
        "organisation": page.organisation,
        "at": page.at,
    }


def _noted(request: WorkingRequest, page: Opened, what: str, row_id: int, sides: Sides) -> None:
    note(
        request,
        Kind.CHANGE,
        what,
        row_id,
        action=Action.CREATE,
        women=[sides.kept.pk, sides.merged.pk],
        controls=page.access.controls,
    )
