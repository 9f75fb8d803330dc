"""Parts of Ons geld that come after the page: how we stand, why a month differs, the old system.

Each is a page of its own for who has no script. No woman is in any of them: sums only.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from ooievaar.network.doors import WorkingRequest, open_to
from ooievaar.network.models import Network
from ooievaar.network.roles import Role
from ooievaar.settlement.payments.models import BankAccountStep, PaymentLine
from ooievaar.settlement.payments.queries import accounts_for
from ooievaar.settlement.permissions import closings_for, shares_for
from ooievaar.settlement.queries import months_by_network
from ooievaar.settlement.statements.comparing import compared_with_old_system
from ooievaar.settlement.statements.models import StatementAnswer
from ooievaar.settlement.statements.months import month_difference
from ooievaar.settlement.statements.queries import Own, Position, position_of
from ooievaar.settlement.statements.questions import questions_for
from ooievaar.settlement.statements.rules.difference import Part
from ooievaar.settlement.statements.words import held_word, part_sentence, phase_name
from ooievaar.ui.navigation import opens
from ooievaar.ui.templatetags.ooievaar import euro
from ooievaar.web.network_choice import nothing_derived
from ooievaar.web.our_money.choice import network_of

VANISHED, CORRECTED = "vanished", "corrected_"
"""Causes of a difference: no product of a kind any more, and what changed of earlier months."""
NO_PAYMENT = (PaymentLine.Outcome.NO_ACCOUNT, PaymentLine.Outcome.RETURNED_BEFORE)


@open_to(Role.PRACTICE_ADMINISTRATOR)
@require_safe
def our_position(request: WorkingRequest) -> HttpResponse:
    """Show how our organisation stands today, and what asks something of us first."""
    found = _own(request)
    if found is None:
        return nothing_derived(request)
    own, _months = found
    stands = position_of(own, timezone.localdate())
    context = {
        "stands": stands,
        "held": [(held_word(why), cents) for why, cents in stands.held if cents],
        "asks": list(_asks(request, own.network, stands)),
    }
    return _part(request, own, _("Hoe u ervoor staat"), "position", context)


def _asks(request: WorkingRequest, network: Network, stands: Position) -> list[tuple[str, str]]:
    """Return what asks something of us: words, and where it is done."""
    asks: list[tuple[str, str]] = []
    answered = questions_for(request.workplace).filter(newest_kind=StatementAnswer.Kind.ANSWER)
    ids = list(answered.order_by("newest_at").values_list("pk", flat=True))
    if ids:
        told = ngettext(
            "Er is een antwoord op uw vraag: lees het, en zeg of het duidelijk is.",
            "Er zijn antwoorden op %(count)s vragen van u: lees ze, en zeg of het duidelijk is.",
            len(ids),
        )
        one = len(ids) == 1
        address = reverse("our_question", args=ids) if one else reverse("our_questions")
        asks.append((told % {"count": len(ids)}, address))
    account = opens("our_bank_account", request.workplace.role)
    approved = BankAccountStep.objects.filter(
        account=OuterRef("pk"), state=BankAccountStep.State.APPROVED
    )
    accounts = accounts_for(request.workplace).filter(network=network)
    newest = accounts.annotate(is_approved=Exists(approved)).order_by("-pk").first()
    if newest is None:
        asks.append((_("Wij weten nog niet op welke rekening u betaald wilt worden."), account))
    elif not newest.is_approved:
        told = _("De rekening die u opgaf is nog niet bevestigd; tot dan wordt er niet op betaald.")
        asks.append((told, account))
    elif stands.last_payment is not None and stands.last_payment.outcome in NO_PAYMENT:
        told = _("De laatste betaling kon niet door: %(why)s. Controleer uw rekening.")
        asks.append((told % {"why": stands.last_payment.get_outcome_display().lower()}, account))
    if stands.debt_cents:
        told = _("U kreeg %(amount)s te veel; dat wordt met de volgende betaling verrekend.")
        asks.append((told % {"amount": euro(stands.debt_cents)}, ""))
    return asks


@open_to(Role.PRACTICE_ADMINISTRATOR)
@require_safe
def our_difference(request: WorkingRequest) -> HttpResponse:
    """Say in words why a month gave more or less than the closed month before it."""
    found = _own(request)
    if found is None:
        return nothing_derived(request)
    own, months = found
    asked = request.GET.get("maand", "")
    of_year = [month for month in months if month[:4] == request.GET.get("jaar", "")]
    month = asked if asked in months else (of_year or months)[0]
    difference = month_difference(own, month)
    context = {
        "difference": difference,
        "sentences": [
            (
                part_sentence(part, difference.month_before),
                part.cents,
                _lines_of(own.network, month, part),
            )
            for part in difference.parts
        ],
    }
    return _part(request, own, _("Waarom meer of minder"), "difference", context)


def _lines_of(network: Network, month: str, part: Part) -> str:
    """Return where the lines stand that a part is about; empty where it is of no product."""
    if not part.product or part.cause == VANISHED:
        return ""
    asked = {"netwerk": str(network.pk), "maand": month, "product": part.product}
    if part.cause.startswith(CORRECTED):
        asked["soort"] = "correctie"
    return f"{reverse('statement')}?{urlencode(asked)}#lines"


@open_to(Role.PRACTICE_ADMINISTRATOR)
@require_safe
def our_comparison(request: WorkingRequest) -> HttpResponse:
    """Hold a year of our income beside what the old system would have paid."""
    found = _own(request)
    if found is None:
        return nothing_derived(request)
    own, months = found
    years = [month[:4] for month in months]
    asked = request.GET.get("maand", "")[:4] or request.GET.get("jaar", "")
    year = asked if asked in years else years[0]
    beside = compared_with_old_system(own, year)
    context = {
        "year": year,
        "total": beside.total,
        "by_month": beside.by_month(),
        "by_phase": [(phase_name(phase), one) for phase, one in beside.by_phase()],
    }
    return _part(request, own, _("Naast de oude bekostiging"), "comparison", context)


def _own(request: WorkingRequest) -> tuple[Own, list[str]] | None:
    """Return whose money it is, with the closed months of the network; None before the first."""
    workplace = request.workplace
    months = months_by_network(closings_for(workplace))
    network = network_of(months, request.GET.get("netwerk", "") if months else "")
    if network is None or workplace.organisation is None:
        return None
    return Own(network, workplace.organisation, shares_for(workplace)), months[network]


def _part(
    request: WorkingRequest, own: Own, title: str, name: str, context: Mapping[str, Any]
) -> HttpResponse:
    """Show a part within its page, or alone as a page."""
    template = f"web/our_money/{name}.html"
    is_piece = bool(getattr(request, "htmx", False))
    shown = {**context, "network": own.network, "title": title, "part": template}
    return render(request, template if is_piece else "web/our_money/part.html", shown)
