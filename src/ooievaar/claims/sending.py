"""Handing an approved file over, once: also when the program is killed half-way.

The file is stored first, in the transaction that says that it is going out; then it is handed over;
then it is noted as sent. What was interrupted in between is handed over again by `resume_sending`,
with the same name and the same bytes, which the channel takes once.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ooievaar.claims.channel import Channel
from ooievaar.claims.files import claim_file
from ooievaar.claims.models import Batch, BatchStep, ClaimFile, LineState
from ooievaar.claims.preparing import add_step, batch_state, events_of_batch
from ooievaar.claims.standing import add_events, writing
from ooievaar.network.models import Network
from ooievaar.network.workplace import Workplace
from ooievaar.record.relations import Rejected

State = BatchStep.State
ENCODING = "iso-8859-1"

NOT_APPROVED = _("Dit bestand is niet, of niet meer, goedgekeurd.")


def send(
    batch: Batch, channel: Channel, now: datetime, by: Workplace | None = None
) -> ClaimFile | Rejected:
    """Make the file of an approved batch and hand it over; a batch that was sent stays as it is."""
    stored = _store(batch, now, by)
    if isinstance(stored, Rejected):
        return stored
    _hand_over(stored, channel, now)
    return stored


def resume_sending(
    channel: Channel, now: datetime, network: Network | None = None
) -> tuple[Batch, ...]:
    """Hand over what was interrupted, and return what it was."""
    steps = BatchStep.objects.filter(batch=OuterRef("batch_id"))
    files = ClaimFile.objects.filter(
        Exists(steps.filter(state=State.SENDING)), ~Exists(steps.filter(state=State.SENT))
    ).select_related("batch")
    if network is not None:
        files = files.filter(batch__network=network)
    resumed = list(files.order_by("batch_id"))
    for file in resumed:
        _hand_over(file, channel, now)
    return tuple(file.batch for file in resumed)


def _store(batch: Batch, now: datetime, by: Workplace | None) -> ClaimFile | Rejected:
    """Store the file as it will go out, and that it is going."""
    with writing():
        if stored := ClaimFile.objects.filter(batch=batch).select_related("batch").first():
            return stored
        if batch_state(batch) != State.APPROVED:
            return Rejected(NOT_APPROVED)
        made = claim_file(batch, timezone.localdate(now))
        if isinstance(made, Rejected):
            return made
        name, content = made
        file = ClaimFile.objects.create(
            batch=batch,
            name=name,
            content=content.decode(ENCODING),
            sha256=hashlib.sha256(content).hexdigest(),
            stored_at=now,
        )
        add_step(batch, State.SENDING, by, now)
    return file


def _hand_over(file: ClaimFile, channel: Channel, now: datetime) -> None:
    if BatchStep.objects.filter(batch=file.batch_id, state=State.SENT).exists():
        return
    content = file.content.encode(ENCODING)
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise ValueError(f"bestand {file.name} is niet meer wat het was")
    channel.put(file.name, content)
    with writing():
        if BatchStep.objects.filter(batch=file.batch_id, state=State.SENT).exists():
            return
        add_step(file.batch, State.SENT, None, now)
        add_events(events_of_batch(file.batch, LineState.SENT, "sent"), now)


def approved_batches(network: Network) -> Iterable[Batch]:
    """Return the batches that may be sent and were not, oldest first."""
    steps = BatchStep.objects.filter(batch=OuterRef("pk"))
    return Batch.objects.filter(
        Exists(steps.filter(state=State.APPROVED)),
        ~Exists(steps.filter(state__in=[State.WITHDRAWN, State.SENT])),
        network=network,
    ).order_by("pk")
