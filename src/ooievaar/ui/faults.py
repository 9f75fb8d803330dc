"""Pages for what went wrong, in plain words; never a stack trace."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def _page(request: HttpRequest, status: int, heading: str, explanation: str) -> HttpResponse:
    # After a fault of ours nothing of the frame may ask the database: it may be the fault.
    context = {"heading": heading, "explanation": explanation, "is_fault": status >= 500}
    return render(request, "ooievaar/fault.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address or a form that cannot be read."""
    return _page(
        request,
        400,
        _("Deze vraag is niet te lezen"),
        _("Het adres of het formulier klopt niet. Ga terug en probeer het opnieuw."),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer what may not be done; the same whether or not what was asked for exists."""
    return _page(
        request,
        403,
        _("Dit mag hier niet"),
        _("Uw werkplek geeft hier geen toegang. Er is niets getoond en niets gewijzigd."),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that did not come from a page of ours, or from one that lay open too long."""
    return _page(
        request,
        403,
        _("Dit mag hier niet"),
        _(
            "De pagina stond mogelijk te lang open. Er is niets gewijzigd. "
            "Ga terug, laad haar opnieuw en probeer het nog eens."
        ),
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that leads nowhere."""
    return _page(
        request,
        404,
        _("Deze pagina is er niet"),
        _(
            "Het adres is onbekend, of wat hier stond is door een nieuwe afleiding vervangen. "
            "Zoek het vanaf de beginpagina opnieuw op."
        ),
    )


def server_fault(request: HttpRequest) -> HttpResponse:
    """Answer when a fault of our own stopped the page; nothing was changed."""
    return _page(
        request,
        500,
        _("Er ging iets mis"),
        _(
            "De fout ligt bij Ooievaar, niet bij u. Er is niets gewijzigd. "
            "Blijft het misgaan, meld dan het adres en het tijdstip."
        ),
    )
