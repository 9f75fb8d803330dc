"""The long work of this room: comparing, making files, handing them over, taking answers in."""

from django.utils import timezone
from django.utils.translation import gettext_noop

from ooievaar.claims.channel import own_channel
from ooievaar.claims.models import Batch, ReturnFile
from ooievaar.claims.preparing import prepare
from ooievaar.claims.reconciling import ACTIONABLE, reconcile
from ooievaar.claims.returning import take_waiting
from ooievaar.claims.sending import resume_sending, send
from ooievaar.network.models import Network, Position
from ooievaar.network.workplace import Workplace, workplace
from ooievaar.record.relations import Rejected
from ooievaar.ui.jobs import JobRefused, Outcome, Report, job_kind
from ooievaar.ui.models import Job

COMPARING = gettext_noop("Vergelijken wat verschuldigd is met wat gedeclareerd is")
PREPARING = gettext_noop("Bestanden klaarzetten")
SENDING = gettext_noop("Het bestand verzenden")
FETCHING = gettext_noop("Antwoorden inlezen")

COMPARED = gettext_noop("Vergeleken: %(count)s producten waarvoor iets kan worden verzonden.")
PREPARED = gettext_noop("%(count)s bestanden staan klaar. Een ander keurt ze goed.")
SENT = gettext_noop("Bestand %(number)s is verzonden.")
FETCHED = gettext_noop("%(count)s antwoorden ingelezen, %(refused)s geweigerd.")
REFUSED = gettext_noop("%(why)s")


@job_kind("compare_claims")
def compare(job: Job, report: Report) -> Outcome:
    """Compare what is owed with what was claimed, and keep what should be done about it."""
    report.progress(0, 1, COMPARING)
    now = timezone.now()
    found = reconcile(_network(job), timezone.localdate(now), now=now)
    count = sum(found.counts.get(action, 0) for action in ACTIONABLE)
    return Outcome(COMPARED, {"count": count}, {"counts": found.counts, "cents": found.cents})


def _prepared_before(job: Job, who: Workplace) -> tuple[Batch, ...]:
    """Return the files that an earlier attempt stored."""
    since = Batch.objects.filter(prepared_as=who.position_id, prepared_at__gte=job.created_at)
    return tuple(since.filter(network=job.network_id).order_by("pk"))


@job_kind("prepare_claims")
def prepare_files(job: Job, report: Report) -> Outcome:
    """Make a file for every insurer of what can go out.

    Run again after it was killed between storing them and saying so, it says so then.
    """
    report.progress(0, 1, PREPARING)
    now, who = timezone.now(), _workplace(job)
    made = prepare(
        _network(job),
        by=who,
        now=now,
        today=timezone.localdate(now),
        until=str(job.parameters["month"]),
    )
    if isinstance(made, Rejected):
        stored = _prepared_before(job, who) if job.attempts > 1 else ()
        if not stored:
            raise JobRefused(REFUSED, why=str(made.reason))
        made = stored
    return Outcome(PREPARED, {"count": len(made)}, {"batches": [batch.pk for batch in made]})


@job_kind("send_claims")
def send_file(job: Job, report: Report) -> Outcome:
    """Hand an approved file over; run again after an interruption it is still sent once."""
    report.progress(0, 1, SENDING)
    batch = Batch.objects.get(pk=job.parameters["batch"], network=_network(job))
    file = send(batch, own_channel(), timezone.now(), _workplace(job))
    if isinstance(file, Rejected):
        raise JobRefused(REFUSED, why=str(file.reason))
    return Outcome(SENT, {"number": batch.invoice_number}, {"batch": batch.pk})


@job_kind("fetch_claim_returns")
def fetch_returns(job: Job, report: Report) -> Outcome:
    """Take in the answers that lie ready, and hand over what was interrupted."""
    report.progress(0, 1, FETCHING)
    channel, now = own_channel(), timezone.now()
    resume_sending(channel, now)
    taken = [result for _, result in take_waiting(channel, now)]
    read = sum(isinstance(result, ReturnFile) for result in taken)
    return Outcome(FETCHED, {"count": read, "refused": len(taken) - read})


def _network(job: Job) -> Network:
    return Network.objects.get(pk=int(job.network_id or 0))


def _workplace(job: Job) -> Workplace:
    return workplace(Position.objects.get(pk=int(job.position_id or 0)))
