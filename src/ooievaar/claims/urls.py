"""Addresses of the pages of this room."""

from django.urls import path

from ooievaar.claims.pages import (
    batches,
    books,
    bulk,
    deadlines,
    deciding,
    lines,
    overview,
    problem,
    worklist,
)

PROBLEM = "declaraties/werklijst/<slug:problem_key>/"
BATCH = "declaraties/bestanden/<int:batch_id>/"

urlpatterns = [
    path("declaraties/", overview.claims_overview, name="claims"),
    path("declaraties/balans/", books.claims_books, name="claims_books"),
    path("declaraties/klaarzetten/", deciding.prepare_claims, name="prepare_claims"),
    path("declaraties/klaarzetten/<slug:month>/", deciding.check_prepare, name="check_prepare"),
    path("declaraties/bestanden/", batches.claim_batches, name="claim_batches"),
    path(BATCH, batches.claim_batch, name="claim_batch"),
    path(f"{BATCH}besluit/", deciding.decide_batch, name="decide_batch"),
    path(f"{BATCH}bestand/", batches.claim_file, name="claim_file"),
    path("declaraties/regels/", lines.claim_lines, name="claim_lines"),
    path("declaraties/regels/<int:line_id>/", lines.claim_line, name="claim_line"),
    path("declaraties/werklijst/", worklist.claims_work, name="claims_work"),
    path("declaraties/werklijst/samen/", bulk.claims_bulk, name="claims_bulk"),
    path(PROBLEM, problem.claims_problem, name="claims_problem"),
    path(f"{PROBLEM}<slug:fix>/", problem.fix_problem, name="fix_problem"),
    path(f"{PROBLEM}<slug:fix>/controleren/", problem.check_fix, name="check_fix"),
    path("declaraties/termijnen/", deadlines.claims_deadlines, name="claims_deadlines"),
]
