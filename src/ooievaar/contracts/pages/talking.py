"""Questions, consent and objections about a proposed version, and their answers."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ooievaar.contracts.agreements import commands
from ooievaar.contracts.models import AgreementRemark, AgreementVersion
from ooievaar.contracts.pages.forms import AnswerForm, RemarkForm
from ooievaar.contracts.pages.reading import agreement_page
from ooievaar.contracts.pages.shared import DOOR, address_of, look_at, note_step, version_of
from ooievaar.network.doors import WorkingRequest, open_to, refuse
from ooievaar.record.relations import Rejected

Kind = AgreementRemark.Kind
SPEAKERS = commands.SIGNERS | commands.WRITERS
"""Roles that may say something; who exactly is decided per version."""


@open_to(*SPEAKERS)
@require_http_methods(["GET", "HEAD", "POST"])
def remark_on_agreement(request: WorkingRequest, agreement_id: int) -> HttpResponse:
    """Keep a question, consent or objection, or an answer to one, under a version.

    Who asks for the page instead (after a message that something was wrong) goes to the version.
    """
    version = version_of(request, agreement_id)
    if version is None:
        return refuse(request, "row", DOOR)
    if request.method != "POST":
        return redirect(f"{address_of(version)}#gesprek")
    look = look_at(request.workplace, version, timezone.localdate())
    if "answers" in request.POST:
        return _answer(request, version) if look.may_answer else refuse(request, "row", DOOR)
    return _remark(request, version) if look.may_speak else refuse(request, "row", DOOR)


def _remark(request: WorkingRequest, version: AgreementVersion) -> HttpResponse:
    form = RemarkForm(request.POST)
    if form.is_valid():
        said = commands.remark(
            version,
            Kind(form.cleaned_data["kind"]),
            form.cleaned_data["text"],
            workplace=request.workplace,
            at=timezone.now(),
        )
        if not isinstance(said, Rejected):
            return _kept(request, version, _("Wat u zei, staat bij deze versie."))
        form.reject(said)
    return agreement_page(request, version, remark_form=form)


def _answer(request: WorkingRequest, version: AgreementVersion) -> HttpResponse:
    form = AnswerForm(request.POST)
    if form.is_valid():
        asked = next(
            (
                row
                for row in version.remarks.all()
                if row.pk == form.cleaned_data["answers"] and row.kind != Kind.ANSWER
            ),
            None,
        )
        if asked is None:
            return refuse(request, "row", DOOR)
        answered = commands.remark(
            version,
            Kind.ANSWER,
            form.cleaned_data["text"],
            workplace=request.workplace,
            at=timezone.now(),
            answers=asked,
        )
        if not isinstance(answered, Rejected):
            return _kept(request, version, _("Uw antwoord staat erbij."))
        form.reject(answered)
    return agreement_page(request, version, answer_form=form)


def _kept(request: WorkingRequest, version: AgreementVersion, text: str) -> HttpResponse:
    note_step(request, version, "remarked")
    messages.success(request, text)
    return redirect(f"{address_of(version)}#gesprek")
