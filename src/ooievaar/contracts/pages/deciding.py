"""What becomes of a version: proposed, withdrawn, signed, put in force, ended."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ooievaar.contracts.agreements import commands
from ooievaar.contracts.agreements.queries import agreement_for
from ooievaar.contracts.models import AgreementVersion
from ooievaar.contracts.pages.forms import EndForm, SignForm, StartForm, StepForm, WithdrawForm
from ooievaar.contracts.pages.reading import spoken
from ooievaar.contracts.pages.shared import (
    Look,
    address_of,
    look_at,
    mandate,
    note_step,
    version_of,
)
from ooievaar.network.doors import Door, WorkingRequest, open_to, refuse
from ooievaar.network.signing_in.again import reauthenticated
from ooievaar.record.forms import RecordForm
from ooievaar.record.relations import Rejected

WRITE_DOOR, SIGN_DOOR = Door(commands.WRITERS), Door(commands.SIGNERS)
METHODS = ["GET", "HEAD", "POST"]


@open_to(*commands.SIGNERS)
@reauthenticated
@require_http_methods(METHODS)
def sign_agreement(request: WorkingRequest, agreement_id: int) -> HttpResponseBase:
    """Show the text that is signed and on behalf of whom, and sign exactly that text."""
    version = version_of(request, agreement_id)
    if version is None or commands.signs_for(request.workplace, version) is None:
        return refuse(request, "row", SIGN_DOOR)
    initial = {"mandate": mandate(request.workplace), "sha256": version.sha256}
    form = SignForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        signed = commands.sign(
            version, workplace=request.workplace, at=timezone.now(), **form.cleaned_data
        )
        if not isinstance(signed, Rejected):
            return _done(request, version, "signed", _("Uw handtekening staat onder deze tekst."))
        form.reject(signed)
    more = spoken(version, agreement_for(request.workplace, version))
    return _page(request, "contracts/sign.html", version, form, **more)


@open_to(*commands.WRITERS)
@require_http_methods(METHODS)
def propose_agreement(request: WorkingRequest, agreement_id: int) -> HttpResponseBase:
    """Show a version to the parties, for their questions and signatures."""

    def do(version: AgreementVersion, form: RecordForm) -> object:
        return commands.propose(
            version, person=request.user, at=timezone.now(), **form.cleaned_data
        )

    return _step(
        request, agreement_id, StepForm, do, "proposed",
        heading=_("Voorstellen"),
        text=_(
            "De vertegenwoordigers en de partijen lezen haar vanaf nu, kunnen vragen stellen, "
            "instemmen of bezwaar maken, en kunnen tekenen. De tekst verandert niet meer; wie iets "
            "anders wil, schrijft een nieuwe versie."
        ),
        done=_("De partijen zien deze versie nu en kunnen tekenen."),
    )  # fmt: skip


@open_to(*commands.WRITERS)
@require_http_methods(METHODS)
def withdraw_agreement(request: WorkingRequest, agreement_id: int) -> HttpResponseBase:
    """Take back a version that is not in force."""

    def do(version: AgreementVersion, form: RecordForm) -> object:
        return commands.withdraw(
            version, person=request.user, at=timezone.now(), **form.cleaned_data
        )

    return _step(
        request, agreement_id, WithdrawForm, do, "withdrawn",
        heading=_("Intrekken"),
        text=_("Een ingetrokken versie kan niet meer worden getekend of van kracht worden. "
               "Zij blijft te lezen."),
        done=_("Deze versie is ingetrokken."),
    )  # fmt: skip


@open_to(*commands.WRITERS)
@reauthenticated
@require_http_methods(METHODS)
def start_agreement(request: WorkingRequest, agreement_id: int) -> HttpResponseBase:
    """Let a signed version divide what starts in its period; the one before it ends there."""

    def do(version: AgreementVersion, form: RecordForm) -> object:
        return commands.put_in_force(version, person=request.user, at=timezone.now())

    return _step(
        request, agreement_id, StartForm, do, "in_force",
        heading=_("Van kracht laten worden"),
        text=_(
            "Wat in haar looptijd begint, wordt vanaf nu zo verdeeld. De afspraak ervoor eindigt "
            "op haar eerste dag. De voorbeelden worden eerst nog eens nagerekend."
        ),
        done=_("Deze afspraak is van kracht."),
    )  # fmt: skip


@open_to(*commands.WRITERS)
@reauthenticated
@require_http_methods(METHODS)
def end_agreement(request: WorkingRequest, agreement_id: int) -> HttpResponseBase:
    """Let an agreement end earlier than it says."""

    def do(version: AgreementVersion, form: RecordForm) -> object:
        return commands.end(version, person=request.user, at=timezone.now(), **form.cleaned_data)

    return _step(
        request, agreement_id, EndForm, do, "ended",
        heading=_("Eerder laten eindigen"),
        text=_(
            "Komt er een andere afspraak voor in de plaats, dan hoeft dit niet: die laat deze "
            "vanzelf eindigen. Zonder andere afspraak gaat wat erna begint naar de reserve."
        ),
        done=_("Deze afspraak eindigt op de dag die u koos."),
    )  # fmt: skip


def _step(
    request: WorkingRequest,
    agreement_id: int,
    form_class: type[RecordForm],
    do: Callable[[AgreementVersion, RecordForm], object],
    step: str,
    *,
    done: str,
    **more: Any,
) -> HttpResponseBase:
    """Show what a step does and do it; what stands in its way is told at the form."""
    version = version_of(request, agreement_id)
    if version is None or not commands.may_write(request.workplace, version.network_id):
        return refuse(request, "row", WRITE_DOOR)
    form = form_class(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        outcome = do(version, form)
        if not isinstance(outcome, Rejected):
            return _done(request, version, step, done)
        form.reject(outcome)
    return _page(request, "contracts/step.html", version, form, **more)


def _done(
    request: WorkingRequest, version: AgreementVersion, step: str, text: str
) -> HttpResponseBase:
    note_step(request, version, step)
    messages.success(request, text)
    return redirect(address_of(version))


def _page(
    request: WorkingRequest, template: str, version: AgreementVersion, form: RecordForm, **more: Any
) -> HttpResponse:
    look: Look = look_at(request.workplace, version, timezone.localdate())
    context = {"version": version, "look": look, "form": form, **more}
    return render(request, template, context, status=422 if form.errors else 200)
