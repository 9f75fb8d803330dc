"""The only code that writes entries: finishing, correcting, marking as an error, drafts.

Finishing an entry is registering: it counts as care activities, and what it tells of the pregnancy
becomes a version of it. All in one transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ooievaar.network.models import Organisation, Person
from ooievaar.record.commands import add_pregnancy_version, withdraw_activity
from ooievaar.record.entries.dictionary import Dictionary, Form, load
from ooievaar.record.entries.models import HERE, CountedActivity, Draft, Entry, Observation
from ooievaar.record.entries.rules.counts_as import Counted, counts_as
from ooievaar.record.entries.rules.told import Found, changes, told
from ooievaar.record.entries.rules.values import Impossible, read_value
from ooievaar.record.entries.slots import CHANGED
from ooievaar.record.models import CareActivity, Pregnancy
from ooievaar.record.relations import Rejected, treat_by_care

LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Observed:
    """What was found of an element, as the canonical text of its kind."""

    element: str
    value: str
    number: int = 0


def finish(
    pregnancy: Pregnancy,
    form: str,
    observed: Sequence[Observed],
    *,
    organisation: Organisation,
    person: Person | None,
    role: str,
    happened_on: date,
    at: datetime,
    happened_minute: int | None = None,
    source: str = HERE,
    source_reference: str = "",
    replaces: Entry | None = None,
) -> Entry | Rejected:
    """Store a form that was filled in, with everything that follows from it.

    What came from elsewhere (`source`) counts as no care of ours; it does tell of the pregnancy.
    Rejected at the field `happened_on`, at an element, or at `replaces` when somebody else made a
    newer version meanwhile.
    """
    if happened_on > timezone.localdate(at):
        return Rejected(
            _("Dit is nog niet gebeurd: kies een dag tot en met vandaag."), "happened_on"
        )
    dictionary = load()
    for one in observed:
        wrong = _wrong(dictionary, form, one, happened_on)
        if wrong is not None:
            return wrong
    with transaction.atomic():
        # One writer at a time on a pregnancy: two corrections of one entry cannot both be first.
        Pregnancy.objects.select_for_update().get(pk=pregnancy.pk)
        if replaces is not None:
            refused = _not_replaceable(replaces, pregnancy, organisation)
            if refused is not None:
                return refused
        before = _told(pregnancy)
        entry = Entry.objects.create(
            woman_id=pregnancy.woman_id,
            pregnancy=pregnancy,
            form=form,
            organisation=organisation,
            person=person,
            role=role,
            happened_on=happened_on,
            happened_minute=happened_minute,
            recorded_at=at,
            source=source,
            source_reference=source_reference,
            replaces=replaces,
        )
        Observation.objects.bulk_create(
            Observation(entry=entry, element=one.element, number=one.number, value=one.value)
            for one in observed
        )
        if source == HERE:
            counted = counts_as(
                dictionary.counts(happened_on),
                form,
                organisation.discipline,
                [(one.element, one.number, one.value) for one in observed],
                happened_minute,
            )
            _count(entry, counted)
            treat_by_care(pregnancy.pk, organisation.pk, happened_on, happened_on)
        _tell(pregnancy, before, at)
        _finished(entry, person)
    return entry


def mark_in_error(
    entry: Entry,
    reason: str,
    *,
    organisation: Organisation,
    person: Person,
    role: str,
    at: datetime,
) -> Entry | Rejected:
    """Say that an entry should not have been made: it stays readable and counts no more."""
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        return Rejected(_("Zeg in ten hoogste 200 tekens wat er mis was."), "reason")
    pregnancy = entry.pregnancy
    with transaction.atomic():
        Pregnancy.objects.select_for_update().get(pk=pregnancy.pk)
        refused = _not_replaceable(entry, pregnancy, organisation)
        if refused is not None:
            return refused
        before = _told(pregnancy)
        marked = Entry.objects.create(
            woman_id=entry.woman_id,
            pregnancy=pregnancy,
            form=entry.form,
            organisation=organisation,
            person=person,
            role=role,
            happened_on=entry.happened_on,
            happened_minute=entry.happened_minute,
            recorded_at=at,
            source=entry.source,
            replaces=entry,
            is_in_error=True,
            reason=reason,
        )
        _count(marked, ())
        _tell(pregnancy, before, at)
        _finished(marked, person)
    return marked


def save_draft(
    pregnancy: Pregnancy,
    form: str,
    values: Mapping[str, str],
    *,
    organisation: Organisation,
    person: Person,
    at: datetime,
    replaces: Entry | None = None,
) -> Draft:
    """Keep what somebody typed so far; `values` are texts by `element:number`."""
    draft, _is_new = Draft.objects.update_or_create(
        person=person,
        organisation=organisation,
        pregnancy=pregnancy,
        form=form,
        replaces=replaces,
        defaults={"values": dict(values), "changed_at": at},
    )
    return draft


def drop_draft(draft: Draft) -> None:
    """Throw away what somebody typed and does not want."""
    draft.delete()


def _wrong(dictionary: Dictionary, form: str, one: Observed, day: date) -> Rejected | None:
    """Return why a value cannot stand: its form has no such element, or it cannot be."""
    known, element = dictionary.form(form, day), dictionary.element(one.element, day)
    if known is None:
        return Rejected(_("Dit formulier is er op die dag niet."), "form")
    if element is None or one.element not in known.element_keys:
        return Rejected(_("Dit onderdeel hoort niet bij het formulier."), one.element)
    if not is_of(known, one):
        return Rejected(
            _("Dit onderdeel is van een ander: van haar, of van een kind."), one.element
        )
    read = read_value(element, one.value)
    if isinstance(read, Impossible):
        return Rejected(read.message, one.element)
    # Whoever calls has read what was typed: what is stored has one form only.
    assert read.value == one.value, f"{one.element}: not canonical"
    return None


def is_of(form: Form, one: Observed) -> bool:
    """Tell whether the number fits whose the element is: 0 the woman, from 1 everybody else."""
    return (one.number == 0) == (form.about_of(one.element) == "woman")


def _not_replaceable(
    entry: Entry, pregnancy: Pregnancy, organisation: Organisation
) -> Rejected | None:
    if entry.pregnancy_id != pregnancy.pk or entry.organisation_id != organisation.pk:
        return Rejected(_("Alleen wie dit vastlegde, verbetert het."), "replaces")
    if entry.is_in_error:
        return Rejected(_("Dit is als vergissing gemeld; leg het opnieuw vast."), "replaces")
    if Entry.objects.filter(replaces=entry).exists():
        return Rejected(_("Iemand anders heeft dit intussen verbeterd."), "replaces")
    return None


def _told(pregnancy: Pregnancy) -> dict[str, Any]:
    """Return what the present entries of a pregnancy tell of it, in one query."""
    rows = Observation.objects.filter(
        entry__pregnancy=pregnancy, entry__replaced_by__isnull=True
    ).values_list("entry_id", "element", "number", "value")
    return told(Found(*row) for row in rows)


def _tell(pregnancy: Pregnancy, before: dict[str, Any], at: datetime) -> None:
    """Add a version of the pregnancy when the entries tell something else than they did."""
    after = _told(pregnancy)
    if before == after:
        return
    registered = pregnancy.versions.first()
    assert registered is not None, "a pregnancy has a version from its registration on"
    newest = pregnancy.versions.last()
    changed = changes(before, after, registered.due_on)
    if any(getattr(newest, name) != value for name, value in changed.items()):
        add_pregnancy_version(pregnancy, timezone.localdate(at), **changed)


def _count(entry: Entry, counted: Iterable[Counted]) -> None:
    """Let an entry count as these activities: what stays is kept, what is gone is withdrawn."""
    today = timezone.localdate(entry.recorded_at)
    kept = _activities_of(entry.replaces) if entry.replaces else []
    links = []
    for number, one in enumerate(counted, start=1):
        wanted = {
            "code": one.code,
            "specialism": one.specialism,
            "performed_on": entry.happened_on,
            "performed_minute": one.minute,
            "quantity": one.quantity,
            "duration_minutes": one.duration_minutes,
            "child_number": one.child_number,
        }
        activity = next((act for act in kept if _is_like(act, wanted)), None)
        if activity is not None:
            kept.remove(activity)
        else:
            activity = CareActivity.objects.create(
                woman_id=entry.woman_id,
                pregnancy_id=entry.pregnancy_id,
                organisation_id=entry.organisation_id,
                source=HERE,
                source_reference=f"{entry.pk}-{number}",
                recorded_on=today,
                **wanted,
            )
        links.append(CountedActivity(entry=entry, activity=activity))
    CountedActivity.objects.bulk_create(links)
    for activity in kept:
        withdraw_activity(activity, today, entry.reason or str(_("verbeterd in het dossier")))


def _activities_of(entry: Entry) -> list[CareActivity]:
    return list(CareActivity.objects.filter(counted_of__entry=entry).order_by("pk"))


def _is_like(activity: CareActivity, wanted: Mapping[str, Any]) -> bool:
    return all(getattr(activity, name) == value for name, value in wanted.items())


def _finished(entry: Entry, person: Person | None) -> None:
    if person is not None:
        Draft.objects.filter(
            person=person,
            organisation_id=entry.organisation_id,
            pregnancy_id=entry.pregnancy_id,
            form=entry.form,
            replaces=entry.replaces,
        ).delete()
    for tell in CHANGED:
        tell(entry.woman_id, entry.recorded_at)
