"""Signing a version by the hash of its text, and letting it hold from a day."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ooievaar.network.doors import Door, WorkingRequest, open_to, refuse
from ooievaar.network.models import Discipline
from ooievaar.network.roles import Role
from ooievaar.network.signing_in.again import reauthenticated
from ooievaar.pathways.agreeing import SIGNERS, may_sign, may_start, sign, start, still_to_sign
from ooievaar.pathways.forms import SignForm, StartForm
from ooievaar.pathways.models import PathwayVersion
from ooievaar.pathways.pages.shared import named, place_of
from ooievaar.pathways.queries import definition_of
from ooievaar.record.access_log.models import Action, Kind
from ooievaar.record.access_log.noting import NO_RELATION, note
from ooievaar.record.relations import Rejected

SIGN_DOOR = Door(SIGNERS)
START_DOOR = Door(frozenset({Role.DIRECTOR}))


@open_to(*SIGNERS)
@reauthenticated
@require_http_methods(["GET", "HEAD", "POST"])
def sign_pathway(
    request: WorkingRequest, pathway_key: str, pathway_number: int
) -> HttpResponseBase:
    """Show what is signed and on behalf of whom, and sign exactly that text."""
    version = _version(request, pathway_key, pathway_number)
    if version is None or not may_sign(request.workplace, version.network_id):
        return refuse(request, "row", SIGN_DOOR)
    form = SignForm(
        request.POST if request.method == "POST" else None,
        initial={"mandate": _mandate(request), "sha256": version.sha256},
    )
    if request.method == "POST" and form.is_valid():
        signed = sign(request.workplace, version, at=timezone.now(), **form.cleaned_data)
        if not isinstance(signed, Rejected):
            _note(request, version, "signed", Action.CREATE)
            messages.success(request, _("Uw handtekening staat onder deze tekst."))
            return redirect(_address(version))
        form.reject(signed)
    return _page(request, "pathways/sign.html", version, form)


@open_to(Role.DIRECTOR)
@reauthenticated
@require_http_methods(["GET", "HEAD", "POST"])
def start_pathway(
    request: WorkingRequest, pathway_key: str, pathway_number: int
) -> HttpResponseBase:
    """Let a signed version hold from a day, for who comes into care from then on."""
    version = _version(request, pathway_key, pathway_number)
    if version is None or not may_start(request.workplace, version.network_id):
        return refuse(request, "row", START_DOOR)
    today = timezone.localdate()
    form = StartForm(
        request.POST if request.method == "POST" else None, initial={"valid_from": today}
    )
    if request.method == "POST" and form.is_valid():
        began = start(request.workplace, version, at=timezone.now(), **form.cleaned_data)
        if not isinstance(began, Rejected):
            _note(request, version, "in_force", Action.UPDATE)
            messages.success(
                request,
                _("Deze versie is van kracht vanaf %(day)s.")
                % {"day": f"{began.valid_from:%d-%m-%Y}"},
            )
            return redirect(_address(version))
        form.reject(began)
    return _page(request, "pathways/start.html", version, form)


def _page(
    request: WorkingRequest, template: str, version: PathwayVersion, form: SignForm | StartForm
) -> HttpResponseBase:
    context = {
        "version": version,
        "network": version.network,
        "title": named(definition_of(version), "title"),
        "form": form,
        "missing": still_to_sign(version),
        "signatures": version.signatures.all(),
        "is_own": version.made_by_id == request.workplace.person_id,
    }
    return render(request, template, context, status=422 if form.errors else 200)


def _version(request: WorkingRequest, key: str, number: int) -> PathwayVersion | None:
    network = place_of(request).network
    return (
        PathwayVersion.objects.filter(network=network, key=key, number=number)
        .select_related("network", "made_by")
        .prefetch_related("signatures__person")
        .first()
        if network is not None
        else None
    )


def _mandate(request: WorkingRequest) -> str:
    """Return words to begin with: whom this function speaks for."""
    here = request.workplace
    if here.role is Role.REPRESENTATIVE and here.discipline:
        return _("%(discipline)s van %(place)s") % {
            "discipline": Discipline(here.discipline).label,
            "place": here.place_name,
        }
    return _("Directie van %(place)s") % {"place": here.place_name}


def _note(request: WorkingRequest, version: PathwayVersion, step: str, action: Action) -> None:
    note(
        request,
        Kind.CHANGE,
        "pathway_version",
        version.pk,
        controls=NO_RELATION,
        action=action,
        step=step,
    )


def _address(version: PathwayVersion) -> str:
    return reverse("pathway_version", args=[version.key, version.number])
