"""Diagnostics prevented, and made again anyway: counted for quality, nobody named."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from ooievaar.kernel.period import month_of
from ooievaar.record.entries.models import Entry, RepeatChoice
from ooievaar.record.models import Consent
from ooievaar.record.permissions import as_said, known, pregnancies_in
from ooievaar.record.rules.consent import QUALITY, Said, verdict


@dataclass(frozen=True, slots=True)
class RepeatCount:
    """How often one diagnostic was prevented in a month, and how often made again anyway."""

    month: str
    diagnostic: str
    prevented: int
    made_again: int


def counts_in_network(network_id: int | None) -> list[RepeatCount]:
    """Return what was chosen for the pregnancies in which a member of a network gave care."""
    women = pregnancies_in(network_id).values("pk")
    return _counted(RepeatChoice.objects.filter(pregnancy_id__in=women))


def counts_of_organisation(organisation_id: int | None) -> list[RepeatCount]:
    """Return what the people of one organisation chose."""
    return _counted(RepeatChoice.objects.filter(organisation_id=known(organisation_id)))


def _counted(choices: QuerySet[RepeatChoice]) -> list[RepeatCount]:
    """Count by month and diagnostic, the newest month first. Three queries.

    What was not made again but later was after all, was not prevented; what came of it by mistake
    was not made. Of who objects to learning from her care nothing counts.
    """
    rows = _allowed(choices.order_by("chosen_at", "pk"))
    again = {row.entry_id for row in rows if row.entry_id is not None}
    mistaken = _in_error(again, {row.pregnancy_id for row in rows if row.entry_id in again})
    prevented, made = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    made_later = set()
    for row in reversed(rows):
        key = month_of(timezone.localdate(row.chosen_at)), row.diagnostic
        same = row.organisation_id, row.pregnancy_id, row.diagnostic, row.earlier_id
        if row.is_prevented:
            prevented[key] += same not in made_later
        elif row.entry_id not in mistaken:
            made[key] += 1
            made_later.add(same)
    found = [RepeatCount(*key, prevented[key], made[key]) for key in {*prevented, *made}]
    found = [one for one in found if one.prevented or one.made_again]
    found.sort(key=lambda one: one.diagnostic)
    return sorted(found, key=lambda one: one.month, reverse=True)


def _allowed(choices: QuerySet[RepeatChoice]) -> list[RepeatChoice]:
    """Return the choices from which may be learned: presumed, until she objects."""
    rows = list(choices.select_related("pregnancy__woman"))
    of_whom = {row.pk: row.pregnancy.woman.same_as_id or row.pregnancy.woman_id for row in rows}
    heard = Consent.objects.filter(purpose=QUALITY).annotate(
        her=Coalesce("woman__same_as_id", "woman_id")
    )
    said: dict[int, list[Said]] = defaultdict(list)
    for word in heard.filter(her__in=set(of_whom.values())):
        said[word.her].append(as_said(word))
    return [
        row
        for row in rows
        if verdict(said[of_whom[row.pk]], row.organisation_id, None, "", QUALITY) is not False
    ]


def _in_error(entries: Iterable[int], pregnancies: Iterable[int]) -> set[int]:
    """Return which entries, or a later version of them, were marked as a mistake."""
    versions = Entry.objects.filter(pregnancy_id__in=pregnancies, replaces__isnull=False)
    later = {
        earlier: (pk, is_in_error)
        for earlier, pk, is_in_error in versions.values_list("replaces_id", "pk", "is_in_error")
    }
    found = set()
    for entry in entries:
        version, is_mistake = entry, False
        while version in later:
            version, is_mistake = later[version]
        if is_mistake:
            found.add(entry)
    return found
