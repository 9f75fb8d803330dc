"""What these pages share: which versions somebody sees, how one stands, and what may be done."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, QuerySet
from django.urls import reverse

from ooievaar.contracts.agreements import commands
from ooievaar.contracts.agreements.queries import (
    STANDINGS,
    Missing,
    Standing,
    agreement_of,
    standing_of,
    still_to_sign,
    versions_for,
)
from ooievaar.contracts.models import (
    AgreementRemark,
    AgreementSignature,
    AgreementStep,
    AgreementVersion,
)
from ooievaar.network.doors import Door, WorkingRequest
from ooievaar.network.models import Discipline
from ooievaar.network.roles import WHOLE_NETWORK_ROLES, Role
from ooievaar.network.workplace import Workplace
from ooievaar.record.access_log.models import Action, Kind
from ooievaar.record.access_log.noting import NO_RELATION, note

READERS = WHOLE_NETWORK_ROLES | {Role.REPRESENTATIVE, Role.PRACTICE_ADMINISTRATOR}
"""Roles that read agreements: who sees all the money, and who speaks for a party."""
DOOR = Door(READERS)
LOOKS: Mapping[Standing, tuple[str, str]] = {
    Standing.DRAFT: ("tag-plain", "pencil"),
    Standing.PROPOSED: ("tag-warm", "messages"),
    Standing.SIGNED: ("tag-good", "signature"),
    Standing.IN_FORCE: ("tag-good", "circle-check"),
    Standing.ENDED: ("tag-plain", "clock"),
    Standing.WITHDRAWN: ("tag-plain", "circle-x"),
}
Remark = AgreementRemark.Kind


@dataclass(frozen=True, slots=True)
class Look:
    """A version as one reader meets it today: how it stands, and what that reader may do."""

    version: AgreementVersion
    standing: Standing
    missing: tuple[Missing, ...]
    may_write: bool
    may_sign: bool
    is_asked_to_sign: bool
    may_propose: bool
    may_withdraw: bool
    may_start: bool
    may_end: bool
    may_speak: bool
    may_answer: bool
    unanswered: int

    @property
    def word(self) -> str:
        """How it stands, in a word."""
        return str(STANDINGS[self.standing])

    @property
    def tone(self) -> str:
        """The class of its mark."""
        return LOOKS[self.standing][0]

    @property
    def sign(self) -> str:
        """The icon of its mark."""
        return LOOKS[self.standing][1]

    @property
    def is_being_decided(self) -> bool:
        """Tell whether it is still to be seen whether it will hold."""
        return self.standing in (Standing.DRAFT, Standing.PROPOSED, Standing.SIGNED)

    @property
    def until(self) -> date | None:
        """The first day on which it does not hold, also where it ended before its day."""
        held = [row.valid_until for row in self.version.compiled.all()]
        return max(held) if held else self.version.valid_until


def look_at(workplace: Workplace, version: AgreementVersion, today: date) -> Look:
    """Return how a version stands for somebody; no query with what `with_everything` fetched."""
    standing = standing_of(version, today)
    is_open = standing in (Standing.PROPOSED, Standing.SIGNED)
    is_shown = is_open or standing == Standing.IN_FORCE
    is_written = not version.is_imported
    missing = tuple(still_to_sign(version)) if is_written and standing == Standing.PROPOSED else ()
    signs = commands.signs_for(workplace, version) if is_open else None
    has_signed = any(row.person_id == workplace.person_id for row in version.signatures.all())
    writes = commands.may_write(workplace, version.network_id)
    may_sign = is_written and signs is not None and not has_signed
    remarks = list(version.remarks.all())
    answered = {row.answers_id for row in remarks}
    steps = {step.kind for step in version.steps.all()}
    return Look(
        version=version,
        standing=standing,
        missing=missing,
        may_write=writes,
        may_sign=may_sign,
        is_asked_to_sign=may_sign and _waits_for(workplace, version, missing),
        may_propose=writes and is_written and standing == Standing.DRAFT,
        may_withdraw=writes and (is_open or standing == Standing.DRAFT),
        may_start=writes and standing == Standing.SIGNED,
        may_end=writes and standing == Standing.IN_FORCE and AgreementStep.Kind.ENDED not in steps,
        may_speak=is_open and commands.may_speak(workplace, version),
        may_answer=is_shown and commands.may_answer(workplace, version),
        unanswered=sum(row.kind == Remark.QUESTION and row.pk not in answered for row in remarks)
        if is_shown
        else 0,
    )


def _waits_for(workplace: Workplace, version: AgreementVersion, missing: Iterable[Missing]) -> bool:
    """Tell whether one of the missing signatures is for this person to give."""
    if workplace.role == Role.PRACTICE_ADMINISTRATOR:
        agb = workplace.organisation.agb if workplace.organisation else ""
        party = agreement_of(version).party(agb)
        return party is not None and any(party.name in one.organisations for one in missing)
    discipline = workplace.discipline if workplace.role == Role.REPRESENTATIVE else ""
    return any(one.discipline == discipline for one in missing)


def with_everything(versions: QuerySet[AgreementVersion]) -> QuerySet[AgreementVersion]:
    """Fetch along what a page shows of a version: four queries more."""
    signatures = AgreementSignature.objects.select_related("person", "organisation")
    remarks = AgreementRemark.objects.select_related("person", "organisation")
    return versions.select_related("written_by", "in_force__put_by").prefetch_related(
        Prefetch("steps", AgreementStep.objects.select_related("person").order_by("at", "id")),
        "compiled",
        Prefetch("signatures", signatures.order_by("signed_at", "id")),
        Prefetch("remarks", remarks.order_by("at", "id")),
    )


def version_of(request: WorkingRequest, agreement_id: int) -> AgreementVersion | None:
    """Return a version that whoever asks may see; None for any other, and for none."""
    return with_everything(versions_for(request.workplace)).filter(pk=agreement_id).first()


def mandate(workplace: Workplace) -> str:
    """Return words to begin with: whom this function speaks for."""
    if workplace.role == Role.REPRESENTATIVE and workplace.discipline:
        return f"{Discipline(workplace.discipline).label}, {workplace.place_name}"
    return workplace.place_name


def note_step(request: WorkingRequest, version: AgreementVersion, step: str) -> None:
    """Leave in the access log that a version was written, or went a step further."""
    note(
        request,
        Kind.CHANGE,
        "agreement_version",
        version.pk,
        controls=NO_RELATION,
        action=Action.CREATE if step in ("written", "signed", "remarked") else Action.UPDATE,
        step=step,
    )


def address_of(version: AgreementVersion) -> str:
    """Return where a version is read."""
    return reverse("agreement", args=[version.pk])
