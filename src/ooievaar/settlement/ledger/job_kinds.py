"""The long work of the books: reading all of them again."""

from dataclasses import asdict

from django.utils.translation import gettext_noop

from ooievaar.network.models import Network
from ooievaar.settlement.ledger.verify import verify_chain
from ooievaar.ui.jobs import Outcome, Report, job_kind
from ooievaar.ui.models import Job

READING = gettext_noop("Elke boeking lezen, vanaf de eerste")
HOLDS = gettext_noop(
    "De boeken kloppen: %(count)s boekingen gelezen, elk in evenwicht, keten heel."
)
BENT = gettext_noop("De boeken kloppen niet: %(found)s fouten in %(count)s boekingen.")
MOST_KEPT = 100
"""Findings that stay with the result; how many there are is told."""


@job_kind("check_books")
def check_books(job: Job, report: Report) -> Outcome:
    """Read the chain of a network from its start; writes nothing but the result."""
    report.progress(0, 1, READING)
    verdict = verify_chain(Network.objects.get(pk=int(job.network_id or 0)))
    return Outcome(
        HOLDS if verdict.holds else BENT,
        {"count": verdict.count, "found": verdict.found_count},
        {
            "count": verdict.count,
            "last_number": verdict.last_number,
            "last_hash": verdict.last_hash,
            "found_count": verdict.found_count,
            "found": [asdict(one) for one in verdict.found[:MOST_KEPT]],
        },
    )
