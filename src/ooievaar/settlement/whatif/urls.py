"""Addresses of the pages of what-if."""

from django.urls import URLPattern, path

from ooievaar.settlement.whatif import pages

urlpatterns: list[URLPattern] = [
    path("wat-als/", pages.whatif, name="whatif"),
    path("wat-als/taak/<uuid:job_id>/", pages.scenario_job, name="scenario_job"),
    path("wat-als/<int:scenario_id>/", pages.scenario, name="scenario"),
]
