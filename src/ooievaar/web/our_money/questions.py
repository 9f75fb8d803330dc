"""Questions about a line: those of a partner, and all of a network for who answers them."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from ooievaar.network.doors import Door, WorkingRequest, door_of, open_to, refuse
from ooievaar.network.roles import WHOLE_NETWORK_ROLES, Role
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import NO_RELATION, note
from ooievaar.record.relations import Rejected
from ooievaar.settlement.statements.models import StatementAnswer
from ooievaar.settlement.statements.queries import pseudonym, treated_by
from ooievaar.settlement.statements.questions import (
    answer,
    ask_on,
    call_clear,
    days_open,
    longest_waiting_first,
    questions_for,
)
from ooievaar.settlement.tabs import our_tabs_for, tabs_for
from ooievaar.ui.columns import Column, with_note
from ooievaar.ui.tables import Filter, Table
from ooievaar.ui.templatetags.ooievaar import icon, language, month_name
from ooievaar.web import words
from ooievaar.web.our_money.forms import AnswerForm, QuestionForm

Kinds = StatementAnswer.Kind
SHORT = 90
LONG_DAYS = 5
"""Days after which a question that waits is marked."""
DONE = {
    Kinds.ANSWER: gettext_lazy("Uw antwoord staat bij de partner."),
    Kinds.ASKED_ON: gettext_lazy("Uw vraag staat bij de controller."),
    Kinds.CLEAR: gettext_lazy("Fijn. Deze vraag is afgerond."),
}


@open_to(Role.PRACTICE_ADMINISTRATOR, is_care=True)
@require_safe
def our_questions(request: WorkingRequest) -> HttpResponseBase:
    """List what our organisation asked, and which answers ask something of us."""
    return _list(request, "our_question", is_own=True)


@open_to(*WHOLE_NETWORK_ROLES, is_care=True)
@require_safe
def money_questions(request: WorkingRequest) -> HttpResponseBase:
    """List what partners asked about their lines, what waits longest first."""
    return _list(request, "money_question", is_own=False)


def _list(request: WorkingRequest, address: str, *, is_own: bool) -> HttpResponseBase:
    now = timezone.now()
    questions = longest_waiting_first(questions_for(request.workplace)).select_related(
        "organisation", "share__product__closing", "share__product__pregnancy"
    )
    whose = Column(
        "wie", _("Partner"), lambda row: row.organisation.name, sort="organisation__name"
    )
    table = Table(
        "vragen",
        [
            Column(
                "vraag",
                _("Vraag"),
                lambda row: _shortened(row.text),
                link=lambda row: reverse(address, args=[row.pk]),
            ),
            *([] if is_own else [whose]),
            Column("regel", _("Regel"), _about, show=_about_shown),
            Column("bedrag", _("Bedrag"), lambda row: row.share.cents, "euro", sort="share__cents"),
            Column("gesteld", _("Gesteld"), lambda row: row.asked_at, "moment", sort="asked_at"),
            Column(
                "stand",
                _("Stand"),
                lambda row: standing_of(row, now),
                show=lambda row: standing_tag(row, now, is_own=is_own),
            ),
        ],
        questions,
        request,
        filters=[
            Filter(
                "stand",
                _("Stand"),
                [("wacht", _("wacht op antwoord")), ("beantwoord", _("beantwoord"))],
                lambda rows, standing: rows.filter(waits_since__isnull=standing != "wacht"),
            )
        ],
        caption=_("Vragen over regels"),
        empty_heading=_("Nog geen vragen"),
        empty_text=_(
            "Bij elke regel van Ons geld kunt u een vraag stellen; hier volgt u het antwoord."
        )
        if is_own
        else _("Hier komt wat partners bij hun regels vragen, het langst wachtende bovenaan."),
    )
    controls = "TTFF" if is_own else NO_RELATION
    if table.wants_export:
        women = table.take("share__product__pregnancy__woman_id")
        note(request, Kind.EXPORT, "money_question", women=women, controls=controls)
        return table.export(table.wants_export)
    women = [row.share.product.pregnancy.woman_id for row in table.rows]
    note(request, Kind.LIST, "money_question", women=women, controls=controls, found=table.count)
    tabs = our_tabs_for if is_own else tabs_for
    context = {"table": table, "tabs": tabs(request.workplace), "is_own": is_own}
    return render(request, "web/our_money/questions.html", context)


@open_to(Role.PRACTICE_ADMINISTRATOR, is_care=True)
@require_http_methods(["GET", "HEAD", "POST"])
def our_question(request: WorkingRequest, question_id: int) -> HttpResponse:
    """Show a question of our organisation with what was answered; ask on, or say it is clear."""
    return _thread(request, question_id, is_own=True)


@open_to(*WHOLE_NETWORK_ROLES, is_care=True)
@require_http_methods(["GET", "HEAD", "POST"])
def money_question(request: WorkingRequest, question_id: int) -> HttpResponse:
    """Show a question of a partner; the controller answers."""
    return _thread(request, question_id, is_own=False)


def _thread(request: WorkingRequest, question_id: int, *, is_own: bool) -> HttpResponse:
    question = (
        questions_for(request.workplace)
        .select_related(
            *("organisation", "asked_by", "network"),
            *("share__product__closing", "share__product__pregnancy"),
        )
        .filter(pk=question_id)
        .first()
    )
    if question is None:
        here = request.resolver_match
        door = door_of(here.func) if here else None
        return refuse(request, "relation", door or Door())
    form_class = QuestionForm if is_own else AnswerForm
    if request.method == "POST":
        return _write(request, question, form_class(request.POST), is_own=is_own)
    return _page(request, question, form_class(), is_own=is_own)


def _write(request: WorkingRequest, question: Any, form: Any, *, is_own: bool) -> HttpResponse:
    by, at = request.workplace, timezone.now()
    made: StatementAnswer | Rejected
    if is_own and request.POST.get("doe") == "duidelijk":
        made = call_clear(question, by=by, at=at)
    elif not form.is_valid():
        return _page(request, question, form, is_own=is_own, status=422)
    else:
        say = ask_on if is_own else answer
        made = say(question, form.cleaned_data["text"], by=by, at=at)
    if isinstance(made, Rejected):
        form.errors.clear()
        form.add_error(made.field or None, str(made.reason))
        return _page(request, question, form, is_own=is_own, status=422)
    woman = question.share.product.pregnancy.woman_id
    controls = "TTFF" if is_own else NO_RELATION
    note(
        request,
        Kind.MONEY,
        "money_question",
        question.pk,
        women=[woman],
        controls=controls,
        step=made.kind,
    )
    messages.success(request, str(DONE[Kinds(made.kind)]))
    return redirect("our_question" if is_own else "money_question", question.pk)


def _page(
    request: WorkingRequest, question: Any, form: Any, *, is_own: bool, status: int = 200
) -> HttpResponse:
    at, product = timezone.now(), question.share.product
    pregnancy, organisation = product.pregnancy, question.organisation
    is_treated = pregnancy.pk in treated_by(organisation, at, [pregnancy.pk])
    pseudonym_there = pseudonym(organisation, pregnancy.pk)
    controls = "TTFF" if is_own and is_treated else NO_RELATION
    women = [pregnancy.woman_id]
    note(request, Kind.READ, "money_question", question.pk, women=women, controls=controls)
    tabs = our_tabs_for if is_own else tabs_for
    told = list(question.answers.select_related("by").order_by("pk"))
    context = {
        "question": question,
        "told": told,
        "is_answered": question.newest_kind == Kinds.ANSWER,
        "standing": standing_tag(question, at, is_own=is_own),
        "product_name": words.product_name(product.product, language()),
        "name": pregnancy.reference if is_treated or not is_own else pseudonym_there,
        "pseudonym_there": "" if is_treated or is_own else pseudonym_there,
        "form": form,
        "may_write": is_own or request.workplace.role is Role.CONTROLLER,
        "is_own": is_own,
        "network": question.network,
        "tabs": tabs(request.workplace),
    }
    return render(request, "web/our_money/question.html", context, status=status)


def standing_of(question: Any, now: datetime) -> str:
    """Say how a question stands: waiting and for how long, answered, or clear."""
    if question.waits_since is not None:
        days = days_open(question.waits_since, now)
        if not days:
            return _("wacht op antwoord sinds vandaag")
        told = ngettext("wacht %(days)s dag", "wacht %(days)s dagen", days)
        return told % {"days": days}
    return _("duidelijk") if question.newest_kind == Kinds.CLEAR else _("beantwoord")


def standing_tag(question: Any, now: datetime, *, is_own: bool) -> SafeString:
    """Draw how a question stands: what waits long stands out for who answers."""
    said = standing_of(question, now)
    if question.waits_since is None:
        tone, mark = ("warm", "bell") if is_own and said == _("beantwoord") else ("good", "check")
    else:
        is_long = days_open(question.waits_since, now) >= LONG_DAYS
        tone, mark = ("alarm" if is_long else "plain", "clock")
    return format_html('<span class="tag tag-{}">{}{}</span>', tone, icon(mark), said)


def _shortened(text: str) -> str:
    first = " ".join(text.split())
    return first if len(first) <= SHORT else f"{first[: SHORT - 1]}…"


def _about(question: Any) -> str:
    product = question.share.product
    name = words.product_name(product.product, language())
    return f"{name}, {month_name(product.closing.month)}"


def _about_shown(question: Any) -> str:
    product = question.share.product
    name = words.product_name(product.product, language())
    return with_note(name, month_name(product.closing.month))
