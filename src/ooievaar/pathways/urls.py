"""Addresses of the pages of this room."""

from django.urls import path

from ooievaar.pathways.pages import library, plan, plan_pathways, shifts, signing, writing

VERSION = "zorgpaden/<slug:pathway_key>/<int:pathway_number>/"

urlpatterns = [
    path("zwangeren/<int:pregnancy_id>/plan/", plan.plan, name="plan"),
    path(
        "zwangeren/<int:pregnancy_id>/plan/zorgpaden/",
        plan_pathways.plan_pathways,
        name="plan_pathways",
    ),
    path(
        "zwangeren/<int:pregnancy_id>/plan/voorstellen/",
        plan_pathways.plan_suggestions,
        name="plan_suggestions",
    ),
    path("zorgpaden/", library.pathways, name="pathways"),
    path("zorgpaden/nieuw/", writing.write_pathway, name="new_pathway"),
    path("zorgpaden/proberen/", writing.try_text_on_woman, name="try_text_on_woman"),
    path("zorgpaden/schema.json", library.pathway_schema, name="pathway_schema"),
    path(
        "zorgpaden/voorbeelden/<slug:example_name>/",
        library.pathway_example,
        name="pathway_example",
    ),
    path(
        "zorgpaden/voorbeelden/<slug:example_name>/tekst.yaml",
        library.example_yaml,
        name="example_yaml",
    ),
    path("zorgpaden/<slug:pathway_key>/", library.pathway, name="pathway"),
    path("zorgpaden/<slug:pathway_key>/schrijven/", writing.write_pathway, name="edit_pathway"),
    path(VERSION, library.pathway, name="pathway_version"),
    path(f"{VERSION}tekst.yaml", library.pathway_yaml, name="pathway_yaml"),
    path(f"{VERSION}proberen/", writing.try_pathway, name="try_pathway"),
    path(
        f"{VERSION}proberen/zwangere/",
        writing.try_pathway_on_woman,
        name="try_pathway_on_woman",
    ),
    path(f"{VERSION}tekenen/", signing.sign_pathway, name="sign_pathway"),
    path(f"{VERSION}van-kracht/", signing.start_pathway, name="start_pathway"),
    path("zorgverschuivingen/", shifts.care_shifts, name="care_shifts"),
    path("zorgverschuivingen/nieuw/", shifts.new_care_shift, name="new_care_shift"),
    path("zorgverschuivingen/<int:shift_id>/", shifts.care_shift, name="care_shift"),
    path(
        "zorgverschuivingen/<int:shift_id>/besluit/",
        shifts.decide_care_shift,
        name="decide_care_shift",
    ),
]
