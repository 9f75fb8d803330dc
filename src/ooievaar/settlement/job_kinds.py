"""The long work of this room: working out what a month would divide, and closing it."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_noop

from ooievaar.bundles.snapshot import read_snapshot
from ooievaar.contracts.agreements.queries import AgreementUnsound
from ooievaar.kernel.faults import InputRejected
from ooievaar.network.models import Network
from ooievaar.settlement.commands import Draft, close_month
from ooievaar.settlement.models import Closing, ClosingRequest, ClosingStep
from ooievaar.settlement.requests import (
    DERIVING,
    DIVIDING,
    READING,
    STEPS,
    division_hash,
    draft_month,
    note_closed,
    note_failed,
    standing,
)
from ooievaar.ui.jobs import JobRefused, Outcome, Report, job_kind
from ooievaar.ui.models import Job

STORING = gettext_noop("Opslaan; stoppen kan niet meer")
DRAFTED = gettext_noop("De cijfers van %(month)s liggen klaar.")
CLOSED = gettext_noop("%(month)s is afgesloten. Bewijs: niets blijft over.")
CHANGED = gettext_noop(
    "Er is iets veranderd sinds de cijfers werden goedgekeurd. Er is niets afgesloten: bereid "
    "%(month)s opnieuw voor."
)
REMAINS = gettext_noop("Het bewijs van %(month)s klopt niet. Er is niets afgesloten.")
CLOSED_BEFORE = gettext_noop("%(month)s was intussen al afgesloten, buiten deze goedkeuring om.")
UNSOUND = gettext_noop(
    "Een verdeelafspraak klopt niet: niet ondertekend, of een voorbeeld erin komt anders uit. "
    "Er is niets afgesloten."
)
NOT_APPROVED = gettext_noop("Deze afsluiting is niet, of niet meer, goedgekeurd.")


@job_kind("draft_closing")
def draft(job: Job, report: Report) -> Outcome:
    """Work out what closing a month would divide."""
    month = str(job.parameters["month"])
    network = Network.objects.get(pk=int(job.network_id or 0))
    known_until = date.fromisoformat(job.parameters["known_until"])
    figures = draft_month(network, month, known_until, report)
    return Outcome(DRAFTED, {"month": month}, figures)


@job_kind("close_month")
def close_approved(job: Job, report: Report) -> Outcome:
    """Close the month of an approved request, if it divides what was approved to the cent.

    Reading and working out go first; what is written is written in one transaction at the end, with
    the step that says so. Run again after a closing that was stored, it finds it and says the same.
    """
    request = ClosingRequest.objects.select_related("network").get(pk=job.parameters["request"])
    month = request.month
    step = standing(request)
    if step.state == ClosingStep.State.CLOSED and step.closing is not None:
        return _closed(step.closing)
    if step.state != ClosingStep.State.APPROVED or step.job_id != job.pk:
        raise JobRefused(NOT_APPROVED)

    def inspect(made: Draft) -> None:
        approved = (request.facts_hash, request.division_hash)
        if (made.facts_hash, division_hash(made)) != approved:
            raise JobRefused(CHANGED, month=month)

    def note_it(closing: Closing) -> None:
        # Seen again under the lock of the closing: nobody withdrew it meanwhile.
        if ClosingStep.objects.filter(request=request).order_by("-pk")[0].pk != step.pk:
            raise JobRefused(NOT_APPROVED)
        note_closed(request, closing, timezone.now())

    told = iter(((1, DERIVING), (2, DIVIDING), (3, STORING)))
    report.progress(0, STEPS, READING)
    snapshot = read_snapshot(request.network)

    def tell(_: str) -> None:
        done, words = next(told, (STEPS - 1, STORING))
        report.progress(done, STEPS, words)
        if words == STORING:
            report.settle()

    try:
        result = close_month(
            request.network,
            month,
            known_until=request.known_until,
            now=timezone.now(),
            report=tell,
            snapshot=snapshot,
            inspect=inspect,
            also=note_it,
        )
    except JobRefused as refused:
        if refused.message == CHANGED:
            note_failed(request, CHANGED, timezone.now())
        raise
    except AgreementUnsound:
        note_failed(request, UNSOUND, timezone.now())
        raise
    except InputRejected:
        # A later month was closed on the command line.
        note_failed(request, CLOSED_BEFORE, timezone.now())
        raise
    if result.closing is None:
        note_failed(request, REMAINS, timezone.now())
        raise JobRefused(REMAINS, month=month)
    if not result.stored:
        note_failed(request, CLOSED_BEFORE, timezone.now())
        raise JobRefused(CLOSED_BEFORE, month=month)
    return _closed(result.closing)


def _closed(closing: Closing) -> Outcome:
    return Outcome(
        CLOSED,
        {"month": closing.month},
        {
            "closing": closing.pk,
            "month": closing.month,
            "proof": closing.summary["proof"],
            "facts_hash": closing.facts_hash,
        },
    )
