"""Addresses of the pages of this part of the record."""

from django.urls import URLPattern, path

from ooievaar.record.teamwork.pages.buddies import buddies
from ooievaar.record.teamwork.pages.calendar import calendar
from ooievaar.record.teamwork.pages.conversation import conversation
from ooievaar.record.teamwork.pages.meetings import meeting, meetings

urlpatterns: list[URLPattern] = [
    path("zwangeren/<int:pregnancy_id>/overleg/", conversation, name="conversation"),
    path("mdo/", meetings, name="meetings"),
    path("mdo/<int:meeting_id>/", meeting, name="meeting"),
    path("buddys/", buddies, name="buddies"),
    path("agenda/", calendar, name="calendar"),
]
