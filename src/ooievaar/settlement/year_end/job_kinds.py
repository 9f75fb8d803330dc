"""The long work of the end of a year: working out what it comes to."""

from django.utils import timezone
from django.utils.translation import gettext_noop

from ooievaar.network.models import Network
from ooievaar.record.relations import Rejected
from ooievaar.settlement.ledger.commands import post
from ooievaar.settlement.year_end.drafting import draft_year
from ooievaar.ui.jobs import JobRefused, Outcome, Report, job_kind
from ooievaar.ui.models import Job

POSTING = gettext_noop("Boeken wat er verschuldigd is")
COUNTING = gettext_noop("Het jaar uitrekenen")
DRAFTED = gettext_noop("De cijfers van %(year)s liggen klaar.")


@job_kind("draft_year_end")
def draft_year_end(job: Job, report: Report) -> Outcome:
    """Work out what a year comes to, on books in which all that is due is posted."""
    year = int(job.parameters["year"])
    network = Network.objects.get(pk=int(job.network_id or 0))
    now = timezone.now()
    report.progress(0, 2, POSTING)
    post(network, now)
    report.progress(1, 2, COUNTING)
    drafted = draft_year(network, year, now)
    if isinstance(drafted, Rejected):
        raise JobRefused(str(drafted.reason))
    result = {**drafted.figures, "hindrances": list(drafted.hindrances)}
    return Outcome(DRAFTED, {"year": str(year)}, result)
