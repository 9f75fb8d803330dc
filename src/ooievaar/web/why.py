"""Why: the page, and the panel, that explains one outcome down to its activities."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from ooievaar.bundles import queries as bundles
from ooievaar.bundles.explain import (
    Explanation,
    explain_breaker,
    explain_disposition,
    explain_product,
)
from ooievaar.record.models import Pregnancy
from ooievaar.ui.templatetags.ooievaar import language
from ooievaar.web.division import division_of_product


def why_activity(request: HttpRequest, activity_id: int) -> HttpResponse:
    """Explain where an activity ended."""
    disposition = bundles.disposition_of(activity_id)
    if disposition is None:
        raise Http404
    explanation = explain_disposition(disposition, language())
    return _answer(
        request,
        _("Activiteit"),
        explanation,
        disposition.pregnancy,
        product_no=disposition.product_no,
    )


def why_product(request: HttpRequest, product_no: int) -> HttpResponse:
    """Explain a product, and show how its euros were divided so far."""
    product = bundles.product_by_number(product_no)
    if product is None:
        raise Http404
    explanation = explain_product(product, language())
    division = division_of_product(product.derivation.network, product.key, product.product)
    return _answer(request, _("Product"), explanation, product.pregnancy, division=division)


def why_breaker(request: HttpRequest, breaker_id: int) -> HttpResponse:
    """Explain what broke a bundle, and what it costs."""
    breaker = bundles.breaker_by_id(breaker_id)
    if breaker is None:
        raise Http404
    return _answer(request, _("Breker"), explain_breaker(breaker, language()), breaker.pregnancy)


def _answer(
    request: HttpRequest,
    kind: str,
    explanation: Explanation,
    pregnancy: Pregnancy | None,
    **more: Any,
) -> HttpResponse:
    context = {"kind": kind, "explanation": explanation, "pregnancy": pregnancy, **more}
    return render(request, "web/why.html", context)
