"""The addresses of the pages: every room has its own, `web` has the rest."""

from django.urls import include, path

urlpatterns = [
    path("aanmelden/", include("ooievaar.network.signing_in.urls")),
    path("", include("ooievaar.network.urls")),
    path("", include("ooievaar.record.urls")),
    path("", include("ooievaar.record.access_log.urls")),
    path("", include("ooievaar.record.entries.urls")),
    path("", include("ooievaar.record.handover.urls")),
    path("", include("ooievaar.record.teamwork.urls")),
    path("", include("ooievaar.pathways.urls")),
    path("", include("ooievaar.contracts.urls")),
    path("", include("ooievaar.claims.urls")),
    path("", include("ooievaar.settlement.ledger.urls")),
    path("", include("ooievaar.settlement.payments.urls")),
    path("", include("ooievaar.settlement.year_end.urls")),
    path("", include("ooievaar.settlement.whatif.urls")),
    path("", include("ooievaar.web.urls")),
]
handler400 = "ooievaar.ui.faults.bad_request"
handler403 = "ooievaar.ui.faults.forbidden"
handler404 = "ooievaar.ui.faults.not_found"
handler500 = "ooievaar.ui.faults.server_fault"
