"""The only code that writes pathways: versions, signatures, what is in force, who is on which.

Nothing is changed afterwards; a change is a new row. Whatever was wrong with the state of things
comes back as `Rejected`, in words for who asked.
"""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ooievaar.kernel.faults import InputRejected
from ooievaar.network.models import Network, Person
from ooievaar.pathways.models import (
    Enrolment,
    PathwayInForce,
    PathwaySignature,
    PathwayVersion,
    Skip,
)
from ooievaar.pathways.queries import networks_of, on_now, plan_of
from ooievaar.pathways.reading import hash_of, read_definition
from ooievaar.pathways.rules.planning import items_of
from ooievaar.pathways.shipped import Shipped, shipped
from ooievaar.record.models import Pregnancy
from ooievaar.record.relations import Rejected

BASE = "base"
LONGEST_REASON = 200
LONGEST_MANDATE = 200


@transaction.atomic
def add_version(
    network: Network,
    text: str,
    *,
    person: Person,
    at: datetime,
    based_on: int | None = None,
) -> PathwayVersion | Rejected:
    """Add the text of a pathway as the next version of its key; it holds for nobody yet.

    `based_on` is the number that the writer began from (0: none): a version that somebody else
    added meanwhile is not passed over.
    """
    text = text.replace("\r\n", "\n")
    try:
        definition = read_definition("zorgpad", text)
    except InputRejected as rejected:
        return Rejected(str(rejected.faults[0]), "text")
    Network.objects.select_for_update().get(pk=network.pk)
    newest = network.pathway_versions.filter(key=definition.key).order_by("-number").first()
    number = newest.number if newest is not None else 0
    if based_on is not None and based_on != number:
        return Rejected(
            _("Iemand anders maakte intussen versie %(number)s.") % {"number": number}, "based_on"
        )
    if newest is not None and newest.sha256 == hash_of(text):
        return Rejected(_("Er is niets veranderd."), "text")
    if newest is not None and (newest.kind == BASE) != (definition.kind == BASE):
        return Rejected(_("Een basiszorgpad wordt geen aanvulling, of andersom."), "text")
    return PathwayVersion.objects.create(
        network=network,
        key=definition.key,
        number=number + 1,
        kind=definition.kind,
        title=definition.title_nl,
        content=text,
        sha256=hash_of(text),
        made_by=person,
        made_at=at,
    )


@transaction.atomic
def sign(
    version: PathwayVersion, *, person: Person, mandate: str, sha256: str, at: datetime
) -> PathwaySignature | Rejected:
    """Sign a version on behalf of whom `mandate` says; `sha256` is that of the text that was read.

    A person signs a version once.
    """
    mandate = mandate.strip()
    if not mandate:
        return Rejected(_("Zeg namens wie u tekent."), "mandate")
    if len(mandate) > LONGEST_MANDATE:
        return Rejected(_("Houd het bij %(most)s tekens.") % {"most": LONGEST_MANDATE}, "mandate")
    if sha256 != version.sha256:
        return Rejected(_("U las een andere tekst dan deze versie."), "sha256")
    Network.objects.select_for_update().get(pk=version.network_id)
    if version.signatures.filter(person=person).exists():
        return Rejected(_("U heeft deze versie al ondertekend."))
    return PathwaySignature.objects.create(
        version=version, person=person, mandate=mandate, sha256=sha256, signed_at=at
    )


@transaction.atomic
def put_in_force(
    version: PathwayVersion, *, person: Person, valid_from: date, at: datetime
) -> PathwayInForce | Rejected:
    """Let a signed version hold for who comes into care from a day.

    The first one of a network may hold from an earlier day; a later one from today at the
    earliest, for who is in care stays on what she began with.
    """
    Network.objects.select_for_update().get(pk=version.network_id)
    if not version.signatures.exists():
        return Rejected(_("Deze versie is nog door niemand ondertekend."))
    before = PathwayInForce.objects.filter(network_id=version.network_id)
    before = (
        before.filter(version__kind=BASE)
        if version.kind == BASE
        else before.filter(version__key=version.key)
    )
    last = before.order_by("-valid_from", "-pk").first()
    if last is not None:
        if last.version_id == version.pk:
            return Rejected(_("Deze versie is al van kracht."))
        if valid_from < timezone.localdate(at):
            return Rejected(_("Op zijn vroegst vandaag: wie in zorg is, blijft op wat zij begon."),
                            "valid_from")  # fmt: skip
        if valid_from <= last.valid_from:
            return Rejected(
                _("Er gaat al een versie in op %(day)s.") % {"day": f"{last.valid_from:%d-%m-%Y}"},
                "valid_from",
            )
    return PathwayInForce.objects.create(
        network_id=version.network_id,
        version=version,
        valid_from=valid_from,
        put_by=person,
        put_at=at,
    )


@transaction.atomic
def enrol(
    pregnancy: Pregnancy,
    version: PathwayVersion,
    *,
    person: Person | None,
    from_on: date,
    at: datetime,
    reason: str = "",
) -> Enrolment | Rejected:
    """Put a woman on a pathway that she is not on yet."""
    Pregnancy.objects.select_for_update().get(pk=pregnancy.pk)
    on = on_now(pregnancy.pk, at)
    if any(_same_place(version, row) for row in on.values()):
        return Rejected(_("Zij volgt dit zorgpad al."), "version")
    return _enrolled(pregnancy, version, Enrolment.Kind.START, person, from_on, at, reason)


@transaction.atomic
def move(
    pregnancy: Pregnancy,
    version: PathwayVersion,
    *,
    person: Person | None,
    from_on: date,
    at: datetime,
    reason: str,
) -> Enrolment | Rejected:
    """Move a woman to another version of a pathway that she is on, or to another base."""
    Pregnancy.objects.select_for_update().get(pk=pregnancy.pk)
    current = [row for row in on_now(pregnancy.pk, at).values() if _same_place(version, row)]
    if not current:
        return Rejected(_("Zij volgt dit zorgpad niet."), "version")
    if current[0].pk == version.pk:
        return Rejected(_("Zij volgt deze versie al."), "version")
    if not reason.strip():
        return Rejected(_("Zeg waarom."), "reason")
    return _enrolled(pregnancy, version, Enrolment.Kind.MOVE, person, from_on, at, reason)


@transaction.atomic
def end(
    pregnancy: Pregnancy,
    version: PathwayVersion,
    *,
    person: Person | None,
    from_on: date,
    at: datetime,
    reason: str,
) -> Enrolment | Rejected:
    """End a pathway on top of the base; what was done of it stays on record."""
    Pregnancy.objects.select_for_update().get(pk=pregnancy.pk)
    if version.kind == BASE:
        return Rejected(_("Een basiszorgpad eindigt met de zorg; zet haar over."), "version")
    if version.pk not in {row.pk for row in on_now(pregnancy.pk, at).values()}:
        return Rejected(_("Zij volgt dit zorgpad niet."), "version")
    if not reason.strip():
        return Rejected(_("Zeg waarom."), "reason")
    return _enrolled(pregnancy, version, Enrolment.Kind.END, person, from_on, at, reason)


@transaction.atomic
def skip(
    pregnancy: Pregnancy,
    item: str,
    *,
    reason: str,
    person: Person | None,
    at: datetime,
    occurrence: int = 0,
) -> Skip | Rejected:
    """Skip an item of her plan that is not done, with the reason."""
    Pregnancy.objects.select_for_update().get(pk=pregnancy.pk)
    found = [row for row in items_of(plan_of(pregnancy.pk, at).items, item)
             if row.occurrence == occurrence]  # fmt: skip
    if not found:
        return Rejected(_("Dit staat niet in haar plan."), "item")
    if found[0].status == "done":
        return Rejected(_("Dit is al gedaan."), "item")
    if found[0].status == "skipped":
        return Rejected(_("Dit is al overgeslagen."), "item")
    reason = reason.strip()
    if not reason:
        return Rejected(_("Zeg waarom."), "reason")
    if len(reason) > LONGEST_REASON:
        return Rejected(_("Houd het bij %(most)s tekens.") % {"most": LONGEST_REASON}, "reason")
    return Skip.objects.create(
        pregnancy=pregnancy, item=item, occurrence=occurrence, reason=reason, by=person, at=at
    )


@transaction.atomic
def undo_skip(
    pregnancy: Pregnancy,
    item: str,
    *,
    person: Person | None,
    at: datetime,
    occurrence: int = 0,
) -> Skip | Rejected:
    """Put a skipped item back in her plan."""
    Pregnancy.objects.select_for_update().get(pk=pregnancy.pk)
    rows = Skip.objects.filter(pregnancy=pregnancy, item=item, occurrence=occurrence)
    last = rows.order_by("-pk").first()
    if last is None or last.is_undone:
        return Rejected(_("Dit is niet overgeslagen."), "item")
    return Skip.objects.create(
        pregnancy=pregnancy, item=item, occurrence=occurrence, by=person, at=at, is_undone=True
    )


@transaction.atomic
def adopt_shipped(
    network: Network, person: Person, valid_from: date, at: datetime
) -> list[PathwayVersion]:
    """Let a network begin with the shipped examples; return the versions that are new to it.

    Of each pathway the first version is signed and in force: how care is given now. The later ones
    are there to be proposed as a care shift, the second base to be chosen. Done twice it adds
    nothing.
    """
    added: list[PathwayVersion] = []
    for row in shipped():
        version = _adopted(network, row, person, at)
        if version is None:
            continue
        added.append(version)
        if version.number > 1:
            continue
        sign(version, person=person, mandate=_("Regio (voorbeeld)"), sha256=version.sha256, at=at)
        if version.kind != BASE or version.key == DEFAULT_BASE:
            put_in_force(version, person=person, valid_from=valid_from, at=at)
    return added


DEFAULT_BASE = "basis"
"""The shipped base that a network begins with."""


def _adopted(network: Network, row: Shipped, person: Person, at: datetime) -> PathwayVersion | None:
    known = network.pathway_versions.filter(key=row.definition.key)
    if known.filter(sha256=row.sha256).exists():
        return None
    added = add_version(network, row.text, person=person, at=at)
    return added if isinstance(added, PathwayVersion) else None


def _same_place(one: PathwayVersion, other: PathwayVersion) -> bool:
    """Tell whether two versions cannot both hold: the same pathway, or both a base."""
    return one.key == other.key or one.kind == other.kind == BASE


def _enrolled(
    pregnancy: Pregnancy,
    version: PathwayVersion,
    kind: Enrolment.Kind,
    person: Person | None,
    from_on: date,
    at: datetime,
    reason: str,
) -> Enrolment | Rejected:
    reason = reason.strip()
    if len(reason) > LONGEST_REASON:
        return Rejected(_("Houd het bij %(most)s tekens.") % {"most": LONGEST_REASON}, "reason")
    if from_on > timezone.localdate(at):
        return Rejected(_("Deze dag is nog niet geweest."), "from_on")
    if kind != Enrolment.Kind.END and not version.signatures.exists():
        return Rejected(_("Deze versie is nog door niemand ondertekend."), "version")
    if version.network_id not in networks_of(pregnancy.pk):
        return Rejected(_("Dit zorgpad is van een ander netwerk."), "version")
    rows = Enrolment.objects.filter(pregnancy=pregnancy, from_on__gt=from_on)
    later = rows.filter(version__kind=BASE) if version.kind == BASE else rows.filter(
        version__key=version.key
    )  # fmt: skip
    if later.exists():
        return Rejected(_("Er staat al iets van een latere dag."), "from_on")
    return Enrolment.objects.create(
        pregnancy=pregnancy,
        version=version,
        kind=kind,
        from_on=from_on,
        by=person,
        at=at,
        reason=reason,
    )
