"""Why: the page, and the panel, that explains one outcome down to its activities.

It is narrowed as the page of the pregnancy is: of an activity that a role may not see it says only
that there is one; euros only to who sees them, and a partner its own share.
"""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from ooievaar.bundles import queries as bundles
from ooievaar.bundles.explain import (
    Explanation,
    Sight,
    explain_breaker,
    explain_disposition,
    explain_product,
)
from ooievaar.bundles.permissions import dispositions_for, sees_euros
from ooievaar.network.doors import WorkingRequest, open_to
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import note
from ooievaar.record.banner import NOT_READ, banner_for
from ooievaar.record.permissions import access_to
from ooievaar.ui.templatetags.ooievaar import language
from ooievaar.web.division import division_of_product
from ooievaar.web.pregnancy_roles import PREGNANCY_ROLES, PRODUCT_ROLES, no_relation


@open_to(*PREGNANCY_ROLES, is_care=True)
def why_activity(request: WorkingRequest, activity_id: int) -> HttpResponse:
    """Explain where an activity ended."""
    disposition = bundles.disposition_of(activity_id, request.workplace, timezone.now())
    if disposition is None:
        return no_relation(request)
    explanation = explain_disposition(disposition, language(), _sight(request))
    product_no = disposition.product_no if request.workplace.role in PRODUCT_ROLES else None
    return _answer(
        request,
        _("Activiteit"),
        explanation,
        disposition.pregnancy_id,
        ("activity", activity_id),
        product_no=product_no,
    )


@open_to(*PRODUCT_ROLES, is_care=True)
def why_product(request: WorkingRequest, product_no: int) -> HttpResponse:
    """Explain a product, and show how its euros were divided so far."""
    product = bundles.product_by_number(product_no, request.workplace, timezone.now())
    if product is None:
        return no_relation(request)
    explanation = explain_product(product, language(), _sight(request))
    division = division_of_product(
        request.workplace, product.derivation.network, product.key, product.product
    )
    return _answer(
        request,
        _("Product"),
        explanation,
        product.pregnancy_id,
        ("product", product_no),
        division=division,
    )


@open_to(*PREGNANCY_ROLES, is_care=True)
def why_breaker(request: WorkingRequest, breaker_id: int) -> HttpResponse:
    """Explain what broke a bundle, and what it costs."""
    breaker = bundles.breaker_by_id(breaker_id, request.workplace, timezone.now())
    if breaker is None:
        return no_relation(request)
    explanation = explain_breaker(breaker, language(), _sight(request))
    return _answer(
        request,
        _("Breker"),
        explanation,
        breaker.pregnancy_id,
        ("breaker", breaker_id),
    )


def _sight(request: WorkingRequest) -> Sight:
    workplace = request.workplace
    seen = dispositions_for(workplace, timezone.now())
    return Sight(dispositions=seen, shows_euros=sees_euros(workplace))


def _answer(
    request: WorkingRequest,
    kind: str,
    explanation: Explanation,
    pregnancy_id: int | None,
    told: tuple[str, int],
    **more: Any,
) -> HttpResponse:
    """Note whose care was looked at, and show the page; in the panel it needs no banner."""
    workplace, at = request.workplace, timezone.now()
    access = access_to(workplace, pregnancy_id, at) if pregnancy_id else None
    if access is None or pregnancy_id is None:
        return no_relation(request)
    object_type, object_id = told
    note(
        request,
        Kind.READ,
        object_type,
        object_id,
        women=[access.woman_id],
        controls=access.controls,
    )
    is_panel = bool(getattr(request, "htmx", False))
    banner = None
    if not is_panel:
        # What explains a figure needs neither who leads her care nor her risk.
        banner = banner_for(
            workplace, pregnancy_id, at, access=access, leaders=(), clinical=NOT_READ
        )
    context = {"kind": kind, "explanation": explanation, "banner": banner, **more}
    return render(request, "web/why.html", context)
