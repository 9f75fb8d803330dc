"""The long work of payments: what a run would pay, and handing a run to the bank."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_noop

from ooievaar.network.models import Network, Position
from ooievaar.network.workplace import Workplace, workplace
from ooievaar.record.relations import Rejected
from ooievaar.settlement.payments.insurer_advances import offset_granted
from ooievaar.settlement.payments.models import PaymentRun
from ooievaar.settlement.payments.proposing import look_at, rule_on
from ooievaar.settlement.payments.sending import own_bank_channel, send_run
from ooievaar.ui.jobs import JobRefused, Outcome, Report, job_kind
from ooievaar.ui.models import Job

LOOKING = gettext_noop("Optellen wat er te betalen is")
HANDING_OVER = gettext_noop("Het bestand voor de bank klaarzetten")
OFFSETTING = gettext_noop("Voorschotten van verzekeraars verrekenen")

LOOKED = gettext_noop("Er staat klaar wat er te betalen is. Er is nog niets voorgesteld.")
HANDED_OVER = gettext_noop("Betaalrun %(number)s is geboekt en staat klaar voor de bank.")
ALL_OFFSET = gettext_noop("Betaalrun %(number)s is geboekt; alles is verrekend, zonder bestand.")
OFFSET = gettext_noop("%(count)s bestanden verrekend met voorschotten.")
REFUSED = gettext_noop("%(why)s")


@job_kind("look_at_payments")
def look(job: Job, report: Report) -> Outcome:
    """Work out what a run would pay now; nothing is proposed."""
    report.progress(0, 1, LOOKING)
    network, now = _network(job), timezone.now()
    pay_on, rule = date.fromisoformat(job.parameters["pay_on"]), str(job.parameters["rule"])
    found = look_at(network, pay_on, rule, now)
    if isinstance(found, Rejected):
        raise JobRefused(REFUSED, why=str(found.reason))
    rows = [draft.row for draft in found.drafts]
    kept = ("organisation_id", "outcome", "due_cents", "held_cents", "held_why", "advance_cents",
            "carried_cents", "cents", "flags")  # fmt: skip
    result = {
        "pay_on": pay_on.isoformat(),
        "rule": rule,
        "agreed": rule_on(network, timezone.localdate(now)),
        "hash": found.content_hash,
        "cents": found.cents,
        "moves": any(draft.parts for draft in found.drafts),
        "lines": [[row[name] for name in kept] for row in rows],
    }
    return Outcome(LOOKED, {}, result)


@job_kind("send_payment_run")
def hand_over(job: Job, report: Report) -> Outcome:
    """Post an approved run and hand its file over; run again it is still handed over once."""
    report.progress(0, 1, HANDING_OVER)
    run = PaymentRun.objects.get(pk=job.parameters["run"], network=_network(job))
    file = send_run(run, own_bank_channel(), timezone.now(), _workplace(job))
    if isinstance(file, Rejected):
        raise JobRefused(REFUSED, why=str(file.reason))
    return Outcome(HANDED_OVER if file else ALL_OFFSET, {"number": run.number}, {"run": run.pk})


@job_kind("offset_advances")
def offset(job: Job, report: Report) -> Outcome:
    """Offset what insurers granted against what they paid ahead."""
    report.progress(0, 1, OFFSETTING)
    made = offset_granted(_network(job), timezone.now())
    return Outcome(OFFSET, {"count": len(made)}, {"cents": sum(one.cents for one in made)})


def _network(job: Job) -> Network:
    return Network.objects.get(pk=int(job.network_id or 0))


def _workplace(job: Job) -> Workplace:
    return workplace(Position.objects.get(pk=int(job.position_id or 0)))
