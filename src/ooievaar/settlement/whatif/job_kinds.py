"""The long work of what-if: run what was asked and keep the scenario."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_noop

from ooievaar.network.models import Network
from ooievaar.settlement.whatif.commands import STEPS, Asked, make_scenario, question
from ooievaar.settlement.whatif.permissions import KIND
from ooievaar.ui.jobs import Outcome, Report, job_kind
from ooievaar.ui.models import Job

DONE = gettext_noop("Uitgerekend. Er is niets geboekt; alleen het scenario zelf is bewaard.")


@job_kind(KIND)
def run(job: Job, report: Report) -> Outcome:
    """Run a scenario. Working out comes first and writes nothing; at the end one row is written.

    Run again after it was kept, it finds it by its job and says the same.
    """
    given: dict[str, Any] = job.parameters
    asked = question(
        Network.objects.get(pk=int(job.network_id or 0)),
        Asked(
            int(given["year"]),
            text=given["text"],
            tariffs=given["tariffs"],
            shift_id=given.get("shift"),
        ),
    )

    def tell(words: str) -> None:
        report.progress(STEPS.index(words), len(STEPS), words)
        if words == STEPS[-1]:
            report.settle()

    scenario = make_scenario(
        asked,
        given["title"],
        person=job.started_by,
        at=timezone.now(),
        report=tell,
        job_id=job.pk,
    )
    return Outcome(DONE, {}, {"scenario": scenario.pk})
