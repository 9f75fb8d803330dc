"""Addresses of the pages about the end of a year and other decisions about the books."""

from django.urls import path

from ooievaar.settlement.year_end.pages import deciding, preparing, years

urlpatterns = [
    path("boekhouding/jaareinde/", years.year_end, name="year_end"),
    path("boekhouding/jaareinde/<int:year>/", years.year_end_of, name="year_end_of"),
    path("boekhouding/verliezen/", preparing.losses, name="losses"),
    path("boekhouding/beginsaldo/", preparing.opening_balance, name="opening_balance"),
    path("boekhouding/vangnet/", preparing.safety_net_paid, name="safety_net_paid"),
    path("boekhouding/periode/", preparing.close_period, name="close_period"),
    path("boekhouding/besluiten/<int:proposal_id>/", deciding.proposal, name="proposal"),
    path(
        "boekhouding/besluiten/<int:proposal_id>/besluit/",
        deciding.decide_proposal,
        name="decide_proposal",
    ),
    path(
        "boekhouding/besluiten/<slug:kind>/controleren/",
        preparing.check_proposal,
        name="check_proposal",
    ),
]
