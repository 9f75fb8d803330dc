"""Addresses of the pages of this room."""

from django.urls import path

from ooievaar.record.access_log import views

urlpatterns = [
    path("zwangeren/<int:pregnancy_id>/wie-keek/", views.who_looked, name="who_looked"),
    path("toegang/", views.access_log, name="access_log"),
]
