"""Addresses of the pages of this part of the record."""

from django.urls import path

from ooievaar.record.handover import answering, views, ward_pages

urlpatterns = [
    path("zwangeren/<int:pregnancy_id>/overdracht/", views.handover, name="handover"),
    path(
        "zwangeren/<int:pregnancy_id>/overdracht/<int:referral_id>/",
        answering.referral,
        name="referral",
    ),
    path("volmeldingen/", ward_pages.wards_page, name="full_wards"),
]
