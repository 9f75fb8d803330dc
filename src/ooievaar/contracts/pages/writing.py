"""Writing a version: checked with line and key, laid beside the one before, and kept."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ooievaar.contracts.agreements import commands
from ooievaar.contracts.agreements.beginning import text_to_begin_with
from ooievaar.contracts.agreements.differences import Changes, changes_between
from ooievaar.contracts.agreements.examples import run_examples
from ooievaar.contracts.agreements.queries import agreement_of
from ooievaar.contracts.agreements.reading import NAME, hash_of, read_agreement
from ooievaar.contracts.models import Agreement, AgreementVersion
from ooievaar.contracts.pages.forms import TextForm
from ooievaar.contracts.pages.reading import examples_shown
from ooievaar.contracts.pages.shared import address_of, note_step
from ooievaar.contracts.rules.agreement import Distribution
from ooievaar.kernel.faults import Fault
from ooievaar.kernel.period import FAR_DATE
from ooievaar.network.doors import Door, WorkingRequest, open_to, refuse
from ooievaar.network.models import Network
from ooievaar.record.relations import Rejected
from ooievaar.ui.check_answers import FIELD, read_answers, sign_answers

DOOR = Door(commands.WRITERS)
CHECK, KEEP, BACK = "controleren", "bewaren", "terug"
LONGEST_SHOWN = 120


@open_to(*commands.WRITERS)
@require_http_methods(["GET", "HEAD", "POST"])
def write_agreement(request: WorkingRequest) -> HttpResponse:
    """Write a version from the newest one, or from `?van=`; `doe` says what is to be done.

    Checking shows what was read: the differences and the examples; only from there it is kept.
    """
    network = Network.objects.filter(pk=request.workplace.network_id or 0).first()
    if network is None or not commands.may_write(request.workplace, network.pk):
        return refuse(request, "row", DOOR)
    newest = _newest(network)
    if request.method != "POST":
        return _page(request, network, newest, TextForm(initial=_start(request, network, newest)))
    form = TextForm(request.POST)
    if not form.is_valid() or request.POST.get("doe") == BACK:
        return _page(request, network, newest, form, status=422 if form.errors else 200)
    text = form.cleaned_data["text"].replace("\r\n", "\n")
    if request.POST.get("doe") == KEEP and _is_as_shown(request, form, text):
        return _keep(request, network, newest, form, text)
    if faults := commands.faults_of(network, text):
        return _page(request, network, newest, form, faults=faults, status=422)
    return _check(request, network, newest, form, read_agreement(NAME, text), text)


def _keep(
    request: WorkingRequest,
    network: Network,
    newest: AgreementVersion | None,
    form: TextForm,
    text: str,
) -> HttpResponse:
    typed = form.cleaned_data
    kept = commands.add_version(
        network,
        text,
        person=request.user,
        at=timezone.now(),
        based_on=typed["based_on"],
        note=typed["note"],
    )
    if isinstance(kept, Rejected):
        others = _meanwhile(network, newest, typed["based_on"])
        form.reject(kept)
        if newest is not None and others is not None:
            # Who sees what somebody else made meanwhile, goes on from there.
            form.data = {**request.POST.dict(), "based_on": str(newest.number)}
        return _page(request, network, newest, form, meanwhile=others, status=422)
    note_step(request, kept, "written")
    messages.success(
        request,
        _(
            "Versie %(number)s is bewaard als concept. "
            "Stel haar voor als de partijen haar mogen zien."
        )
        % {"number": kept.number},
    )
    return redirect(address_of(kept))


def _check(
    request: WorkingRequest,
    network: Network,
    newest: AgreementVersion | None,
    form: TextForm,
    read: Distribution,
    text: str,
) -> HttpResponse:
    """Show what was read of a sound text, and ask whether that is what was meant."""
    typed = form.cleaned_data
    context = {
        "network": network,
        "newest": newest,
        "read": read,
        "changes": changes_between(agreement_of(newest), read) if newest else None,
        "examples": examples_shown(read, run_examples(read)),
        "in_the_way": _in_the_way(network, read),
        "undividable": commands.YEARLY_SURCHARGE if commands.undividable(read) else "",
        "text": text,
        "typed": typed,
        "token": sign_answers(_answers(form, text), purpose=_purpose(request)),
    }
    return render(request, "contracts/check_writing.html", context)


def _answers(form: TextForm, text: str) -> dict[str, Any]:
    typed = form.cleaned_data
    return {"sha256": hash_of(text), "note": typed["note"], "based_on": typed["based_on"]}


def _purpose(request: WorkingRequest) -> str:
    return f"write-agreement:{request.workplace.position_id}"


def _is_as_shown(request: WorkingRequest, form: TextForm, text: str) -> bool:
    """Tell whether what is to be kept is what was shown; else it is shown (again)."""
    shown = read_answers(request.POST.get(FIELD, ""), purpose=_purpose(request))
    if shown == _answers(form, text):
        return True
    messages.warning(request, _("Kijk nog eens na wat u bewaart."))
    return False


def _page(
    request: WorkingRequest,
    network: Network,
    newest: AgreementVersion | None,
    form: TextForm,
    *,
    faults: list[Fault] | None = None,
    meanwhile: Changes | None = None,
    status: int = 200,
) -> HttpResponse:
    typed = str(form["text"].value() or "").splitlines()
    context = {
        "network": network,
        "newest": newest,
        "form": form,
        "faults": [(one, _line_of(typed, one)) for one in faults or ()],
        "meanwhile": meanwhile,
    }
    return render(request, "contracts/write.html", context, status=status)


def _line_of(lines: list[str], fault: Fault) -> str:
    if fault.row is None or not 0 < fault.row <= len(lines):
        return ""
    return lines[fault.row - 1].strip()[:LONGEST_SHOWN]


def _newest(network: Network) -> AgreementVersion | None:
    return network.agreement_versions.order_by("-number").first()


def _start(
    request: WorkingRequest, network: Network, newest: AgreementVersion | None
) -> dict[str, Any]:
    """Return the text to begin with; the number is that of the newest, whatever one begins with."""
    chosen, asked = newest, request.GET.get("van", "")
    if asked.isdigit():
        chosen = network.agreement_versions.filter(number=int(asked)).first() or newest
    text = text_to_begin_with(network, chosen, timezone.localdate())
    return {"text": text, "based_on": newest.number if newest else 0}


def _meanwhile(network: Network, newest: AgreementVersion | None, based_on: int) -> Changes | None:
    """Return what somebody else changed since the version that the writer began from."""
    if newest is None or newest.number == based_on:
        return None
    begun_from = network.agreement_versions.filter(number=based_on).first()
    if begun_from is None:
        return None
    return changes_between(agreement_of(begun_from), agreement_of(newest))


def _in_the_way(network: Network, read: Distribution) -> Agreement | None:
    """Return an agreement that starts on the first day of this one or later, within its period."""
    until = read.valid_until or FAR_DATE
    return (
        Agreement.objects.filter(
            network=network, valid_from__gte=read.valid_from, valid_from__lt=until
        )
        .exclude(valid_until__lte=read.valid_from)
        .order_by("valid_from")
        .first()
    )
