"""The lines: all of them, and the life of one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery
from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ooievaar.bundles.models import Product
from ooievaar.claims.layouts import known_codes, layouts_with
from ooievaar.claims.messages.codes import RETURN_CODES, Codes
from ooievaar.claims.models import (
    ClaimLine,
    LineEvent,
    LineState,
    Proposal,
    ReturnFile,
)
from ooievaar.claims.pages import words
from ooievaar.claims.pages.message_fields import (
    RecordShown,
    line_in_answer,
    line_in_file,
    side_by_side,
)
from ooievaar.claims.permissions import lines_for, proposals_for, standings_for
from ooievaar.network.doors import Door, WorkingRequest, open_to, refuse
from ooievaar.network.roles import WHOLE_NETWORK_ROLES
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import NO_RELATION, note
from ooievaar.ui.columns import Column
from ooievaar.ui.tables import Filter, Table
from ooievaar.ui.templatetags.ooievaar import euro, language

REFUSED = (LineState.REFUSED_BY_PORTAL, LineState.REFUSED_BY_INSURER, LineState.GRANTED_IN_PART)


@open_to(*WHOLE_NETWORK_ROLES, is_care=True)
@require_safe
def claim_lines(request: WorkingRequest) -> HttpResponseBase:
    """List the claimed lines; of a woman only the reference of her pregnancy."""
    standings = standings_for(request.workplace, timezone.now())
    insurers = sorted(set(standings.order_by().values_list("insurer_id", "insurer__name")))
    table = Table(
        "declaratieregels",
        [
            Column("nummer", _("Declaratienummer"), lambda s: s.line.reference,
                   sort="line__reference", link=lambda s: reverse("claim_line", args=[s.line_id])),
            Column("zwangere", _("Zwangere"), lambda s: s.line.pregnancy.reference,
                   sort="line__pregnancy__reference",
                   link=lambda s: reverse("pregnancy", args=[s.line.pregnancy_id])),
            Column("product", _("Product"), lambda s: words.product_name(s.line.product),
                   sort="line__product"),
            Column("verzekeraar", _("Verzekeraar"), lambda s: s.insurer.name, sort="insurer__name"),
            Column("bedrag", _("Bedrag"), lambda s: signed(s.line), "euro", sort="line__cents"),
            Column("toegekend", _("Toegekend"), lambda s: s.granted_cents, "euro",
                   sort="granted_cents"),
            Column("betaald", _("Betaald"), lambda s: s.paid_cents, "euro", sort="paid_cents",
                   is_default=False),
            Column("stand", _("Stand"), lambda s: s.get_state_display(), sort="state",
                   show=lambda s: words.state_tag(s.state)),
            Column("sinds", _("Sinds"), lambda s: timezone.localdate(s.since), "day", sort="since"),
            Column("termijn", _("Uiterlijk"), lambda s: s.deadline, "day", sort="deadline",
                   is_default=False),
        ],
        standings.select_related("line__pregnancy", "insurer").order_by("-line_id"),
        request,
        search_label=_("Zoek op declaratienummer of verwijzing"),
        search=lambda rows, text: (
            rows.filter(line__reference__icontains=text)
            | rows.filter(line__pregnancy__reference__iexact=text)
        ),
        filters=[
            Filter("stand", _("Stand"), LineState.choices, lambda rows, s: rows.filter(state=s)),
            Filter(
                "verzekeraar", _("Verzekeraar"), [(str(pk), name) for pk, name in insurers],
                lambda rows, pk: rows.filter(insurer_id=pk),
            ),
            Filter("soort", _("Soort"), [("nieuw", _("nieuw")), ("credit", _("credit"))],
                   lambda rows, kind: rows.filter(line__is_credit=kind == "credit")),
        ],
        caption=_("Declaratieregels"),
        empty_heading=_("Nog niets gedeclareerd"),
        empty_text=_("Hier komt elke regel zodra hij in een bestand is klaargezet."),
    )  # fmt: skip
    if table.wants_export:
        women = table.take("line__pregnancy__woman_id")
        note(request, Kind.EXPORT, "claim_line", women=women, controls=NO_RELATION, rows=len(women))
        return table.export(table.wants_export)
    note(
        request,
        Kind.SEARCH if table.search else Kind.LIST,
        "claim_line",
        women=[standing.line.pregnancy.woman_id for standing in table.rows],
        controls=NO_RELATION,
        found=table.count,
    )
    return render(request, "claims/lines.html", {"table": table})


def signed(line: ClaimLine) -> int:
    """Return what a line asks: of a credit it is what goes back."""
    return -line.cents if line.is_credit else line.cents


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened to a line, on its timeline."""

    at: datetime
    what: str
    who: str
    tone: str
    note: str
    codes: tuple[tuple[str, str], ...]
    event: LineEvent


@dataclass(frozen=True, slots=True)
class Next:
    """What happens now, and why."""

    what: str
    why: str
    by_itself: bool


@open_to(*WHOLE_NETWORK_ROLES, is_care=True)
@require_safe
def claim_line(request: WorkingRequest, line_id: int) -> HttpResponseBase:
    """Show the life of one line: why it is owed, what was sent and answered, and what comes now."""
    workplace, at = request.workplace, timezone.now()
    every = lines_for(workplace, at)
    owed = Product.objects.filter(
        pregnancy_id=OuterRef("pregnancy_id"),
        key=OuterRef("key"),
        derivation__network_id=OuterRef("network_id"),
    ).order_by("-derivation_id")
    lines = list(
        every.filter(key=Subquery(every.filter(pk=line_id).values("key")[:1]))
        .annotate(
            product_no=Subquery(owed.values("product_no")[:1]),
            owed_cents=Subquery(owed.values("cents")[:1]),
            is_running=Subquery(owed.values("is_open")[:1]),
        )
        .select_related("pregnancy", "insurer", "standing", "credits")
        .order_by("pk")
    )
    line = next((one for one in lines if one.pk == line_id), None)
    if line is None:
        return refuse(request, "row", Door(WHOLE_NETWORK_ROLES))
    woman = [line.pregnancy.woman_id]
    note(request, Kind.READ, "claim_line", line.pk, women=woman, controls=NO_RELATION)
    events = list(
        line.events.select_related("person", "batch", "return_file")
        .defer("return_file__content")
        .order_by("at", "pk")
    )
    codes = known_codes()
    sent, answered = _messages(line, codes)
    context = {
        "line": line,
        "is_debit": not line.is_credit,
        "product_name": words.product_name(line.product),
        "tag": words.state_tag(line.standing.state),
        "moments": [moment(event, codes) for event in events],
        "others": [one for one in lines if one.pk != line.pk],
        "because": words.said(words.REASONS, str(line.explanation.get("why", ""))),
        "next": next_step(line, proposals_of(line, workplace, at)),
        "records": side_by_side(sent, answered),
        "is_answered": bool(answered),
        "came_back": len(answered) > 1,
    }
    return render(request, "claims/line.html", context)


def moment(event: LineEvent, book: Codes) -> Moment:
    """Return an event in words."""
    said = str(words.CAUSES.get(event.cause) or words.said(words.EVENTS, event.state))
    if event.state == LineState.GRANTED_IN_PART:
        said = _("Voor een deel toegekend: %(cents)s") % {"cents": euro(event.granted_cents)}
    tone = words.STATE_TAGS.get(LineState(event.state), "").removeprefix("tag-")
    codes = [(code, book.text(RETURN_CODES, code, language=language())) for code in event.codes]
    return Moment(
        at=event.at,
        what=said,
        who=event.person.name if event.person else _("Ooievaar zelf"),
        tone=tone,
        note=event.note,
        codes=tuple(codes),
        event=event,
    )


def proposals_of(line: ClaimLine, workplace: Any, at: datetime) -> list[Proposal]:
    """Return what the last comparison proposed for the product of a line."""
    return list(proposals_for(workplace, at).filter(key=line.key).order_by("pk"))


def next_step(line: ClaimLine, proposals: list[Proposal]) -> list[Next]:
    """Say what happens with a line now: what was proposed, else what its state means."""
    found = [
        Next(
            words.said(words.STEPS, one.action),
            words.said(words.REASONS, one.reason),
            one.action in (Proposal.Action.NEW, Proposal.Action.CREDIT, Proposal.Action.RESEND),
        )
        for one in proposals
    ]
    if found:
        return found
    state = line.standing.state
    if state == LineState.GRANTED:
        return [Next(_("wordt betaald"), _("de verzekeraar kende alles toe"), True)]
    if state in REFUSED or state in (LineState.PREPARED, LineState.APPROVED, LineState.SENT):
        return [Next(_("komt in de volgende vergelijking"), _("er is nog niets voorgesteld"), True)]
    return [Next(_("niets meer"), words.said(words.EVENTS, state).lower(), True)]


def _messages(line: ClaimLine, codes: Codes) -> tuple[list[RecordShown], list[RecordShown]]:
    """Return what was sent of a line last and what came back on it, field by field."""
    answer = ReturnFile.objects.filter(batch=OuterRef("batch")).order_by("-pk")
    placed = (
        line.batch_lines.filter(batch__file__isnull=False)
        .annotate(
            answer=Subquery(answer.values("content")[:1]),
            answer_layout=Subquery(answer.values("layout_hash")[:1]),
        )
        .select_related("batch__file")
        .order_by("-pk")
        .first()
    )
    if placed is None:
        return [], []
    layouts = layouts_with(placed.batch.layout_hash, placed.answer_layout or "")
    sent = line_in_file(layouts, codes, placed.batch.file.content, placed.detail_number)
    if placed.answer is None:
        return sent, []
    return sent, line_in_answer(layouts, codes, placed.answer, line.reference, placed.detail_number)
