"""Addresses of the pages of this part of the record."""

from django.urls import path

from ooievaar.record.entries.pages import (
    dossier,
    entry,
    growth,
    own_file,
    registering,
    repeat_counts,
    writing,
)

urlpatterns = [
    path("zwangeren/nieuw/", registering.new_pregnancy, name="new_pregnancy"),
    path("zwangeren/<int:pregnancy_id>/gegevens/", registering.woman, name="woman"),
    path("zwangeren/<int:pregnancy_id>/dossier/", dossier.dossier, name="record"),
    path(
        "zwangeren/<int:pregnancy_id>/dossier/nieuw/<slug:form>/",
        writing.new_entry,
        name="new_entry",
    ),
    path(
        "zwangeren/<int:pregnancy_id>/dossier/concept/<slug:form>/",
        writing.keep_draft,
        name="keep_draft",
    ),
    path(
        "zwangeren/<int:pregnancy_id>/dossier/<int:entry_id>/",
        entry.entry,
        name="entry",
    ),
    path(
        "zwangeren/<int:pregnancy_id>/dossier/<int:entry_id>/verbeteren/",
        entry.correct_entry,
        name="correct_entry",
    ),
    path("zwangeren/<int:pregnancy_id>/groei/", growth.growth, name="growth"),
    path("eigen-dossier/", own_file.own_files, name="own_files"),
    path("eigen-dossier/<int:pregnancy_id>/", own_file.own_file, name="own_file"),
    path("dubbel-onderzoek/", repeat_counts.repeats, name="repeats"),
]
