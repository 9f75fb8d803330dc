"""Why this amount: one line of a partner's money, from the product to its bank, and to ask."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ooievaar.bundles.explain import activity_text
from ooievaar.claims.pages.words import state_tag
from ooievaar.network.doors import WorkingRequest, open_to
from ooievaar.network.roles import WHOLE_NETWORK_ROLES, Role
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import NO_RELATION, note
from ooievaar.record.relations import Rejected
from ooievaar.settlement.statements.fragments import fragment_of
from ooievaar.settlement.statements.lines import (
    Claimed,
    Line,
    Under,
    line_for,
    own_activities,
)
from ooievaar.settlement.statements.queries import pseudonym
from ooievaar.settlement.statements.questions import ask
from ooievaar.settlement.statements.words import part_sentence
from ooievaar.ui.templatetags.ooievaar import language
from ooievaar.web import words
from ooievaar.web.our_money.forms import QuestionForm
from ooievaar.web.our_money.sums import steps_of
from ooievaar.web.pregnancy_roles import no_relation

LINE_ROLES = frozenset({Role.PRACTICE_ADMINISTRATOR}) | WHOLE_NETWORK_ROLES


@dataclass(frozen=True, slots=True)
class ClaimedShown:
    """A claimed line with its state as a tag."""

    claimed: Claimed
    tag: SafeString


@open_to(*LINE_ROLES, is_care=True)
@require_http_methods(["GET", "HEAD", "POST"])
def our_money_line(request: WorkingRequest, share_id: int) -> HttpResponse:
    """Show why a line is what it is; a partner may ask about it."""
    at = timezone.now()
    line = line_for(request.workplace, share_id, at)
    if line is None:
        return no_relation(request)
    if request.method == "POST":
        return _ask(request, line, at)
    return _page(request, line, at, QuestionForm())


def _ask(request: WorkingRequest, line: Line, at: datetime) -> HttpResponse:
    form = QuestionForm(request.POST)
    if not form.is_valid():
        return _page(request, line, at, form, status=422)
    made = ask(line.share, form.cleaned_data["text"], by=request.workplace, at=at)
    if isinstance(made, Rejected):
        form.add_error(made.field or None, str(made.reason))
        return _page(request, line, at, form, status=422)
    woman = line.share.product.pregnancy.woman_id
    note(request, Kind.MONEY, "money_question", made.pk, women=[woman], step="ask")
    messages.success(request, _("Uw vraag staat bij de controller. Het antwoord komt hieronder."))
    return redirect("our_question", made.pk)


def _page(
    request: WorkingRequest, line: Line, at: datetime, form: QuestionForm, status: int = 200
) -> HttpResponse:
    workplace, product = request.workplace, line.share.product
    is_own = workplace.role is Role.PRACTICE_ADMINISTRATOR
    controls = "TTFF" if is_own and line.is_treated else NO_RELATION
    note(
        request,
        Kind.READ,
        "share",
        line.share.pk,
        women=[product.pregnancy.woman_id],
        controls=controls,
    )
    agreement = line.agreement
    context: dict[str, Any] = {
        "line": line,
        "product": product,
        "network": product.closing.network,
        "name": name_of(line),
        "is_pseudonym": is_own and not line.is_treated,
        "product_name": words.product_name(product.product, language()),
        "phase": words.PHASES.get(product.phase, ""),
        "steps": steps_of(line, agreement.text if agreement else None),
        "changed": part_sentence(line.changed, "") if line.changed else "",
        "claimed": [ClaimedShown(one, state_tag(one.state)) for one in line.claimed],
        "activities": [
            (act.pk, activity_text(act, language())) for act in own_activities(workplace, line, at)
        ],
        "agreement": agreement,
        "agreement_address": _address_of(agreement),
        "sentences": [str(said) for said in fragment_of(line)],
        "form": form,
        "is_own": is_own,
    }
    return render(request, "web/our_money/line.html", context, status=status)


def name_of(line: Line) -> str:
    """Return what the pregnancy is called here: for whom had no part in her care a pseudonym."""
    organisation, pregnancy = line.share.organisation, line.share.product.pregnancy
    if line.is_treated or organisation is None:
        return pregnancy.reference
    return pseudonym(organisation, pregnancy.pk)


def _address_of(agreement: Under | None) -> str:
    """Return where the agreement stands as text; empty where it has none."""
    if agreement is None or agreement.version_id is None:
        return ""
    return reverse("agreement", args=[agreement.version_id])
