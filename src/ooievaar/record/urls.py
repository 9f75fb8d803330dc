"""Addresses of the pages of this room."""

from django.urls import path

from ooievaar.record import views
from ooievaar.record.women import identity_page
from ooievaar.record.women import pages as women

urlpatterns = [
    path("zwangeren/<int:pregnancy_id>/betrokken/", views.involved, name="involved"),
    path("zwangeren/<int:pregnancy_id>/samenvoegen/", women.merge_page, name="merge_women"),
    path("zwangeren/<int:pregnancy_id>/wie-is-zij/", identity_page.identity, name="identity"),
    path("noodknop/", views.break_glass, name="break_glass"),
    path("toegang/noodknop/", views.break_glass_reviews, name="break_glass_reviews"),
    path("toegang/noodknop/<int:opening_id>/", views.break_glass_review, name="break_glass_review"),
]
