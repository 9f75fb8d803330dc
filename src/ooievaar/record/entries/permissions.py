"""Who may see which entries, and which elements of them: one set, from which every page starts."""

from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from ooievaar.network.models import Discipline
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.record.entries.dictionary import Element, load
from ooievaar.record.entries.models import Entry, Observation
from ooievaar.record.models import Pregnancy
from ooievaar.record.permissions import known, pregnancy_ids_for, shared_with
from ooievaar.record.women.records import her_records

SET_OF_ROLE = {Role.KRAAM_CARER: "kraam", Role.SONOGRAPHER: "echo"}
SET_OF_DISCIPLINE = {Discipline.KRAAMZORG: "kraam", Discipline.ULTRASOUND: "echo"}
"""The published transactions, taken as what each needs (health-record-exchange.md, section 5)."""


def part_of(workplace: Workplace) -> str | None:
    """Return the part of the dataset that a workplace sees of others; None is all of it."""
    by_role = SET_OF_ROLE.get(workplace.role)
    return by_role or SET_OF_DISCIPLINE.get(Discipline(workplace.discipline or "other"))


def sees_element(workplace: Workplace, element: Element) -> bool:
    """Tell whether a workplace sees what others recorded of an element."""
    part = part_of(workplace)
    return part is None or part in element.sets


def entries_for(
    workplace: Workplace, at: datetime, pregnancy_id: int | None = None
) -> QuerySet[Entry]:
    """Return the entries that a workplace may see, of one pregnancy or all: only who gives care.

    Its own; of others those that consent lets through, of forms with something of its part of the
    dataset. Which elements of these, `sees_element` tells.
    """
    if not workplace.gives_care:
        return Entry.objects.none()
    one = {} if pregnancy_id is None else {"pregnancy_id": pregnancy_id}
    return Entry.objects.filter(
        _readable(workplace, at),
        pregnancy_id__in=pregnancy_ids_for(workplace, at, pregnancy_id),
        **one,
    )


def entries_of_her_for(workplace: Workplace, at: datetime, pregnancy_id: int) -> QuerySet[Entry]:
    """Return these entries, and those of her other pregnancies that may tell something of her.

    Who treats her in one pregnancy knows what was said of her (an allergy, her history) in an
    earlier one, as far as consent lets it through; of that one only elements of the woman.
    """
    if not workplace.gives_care:
        return Entry.objects.none()
    seen = pregnancy_ids_for(workplace, at, pregnancy_id)
    her = Pregnancy.objects.filter(pk=pregnancy_id, pk__in=seen).values("woman_id")
    return Entry.objects.filter(
        Q(pregnancy_id=pregnancy_id) | Q(form__in=sorted(forms_of_the_woman(at.date()))),
        _readable(workplace, at),
        woman_id__in=her_records(Subquery(her)),
    )


def _readable(workplace: Workplace, at: datetime) -> Q:
    shared = shared_with(workplace, at)
    if part_of(workplace) is not None:
        shared &= Q(form__in=sorted(forms_shown(workplace, at.date())))
    return Q(organisation_id=known(workplace.organisation_id)) | shared


def others_wrote_more(workplace: Workplace, at: datetime) -> Exists:
    """Tell, as a column beside a pregnancy version, that others wrote what is not shown here.

    Because she objected or was not asked, or because it is of no part of the reader's. Of what it
    is and who wrote it nothing.
    """
    of_others = Entry.objects.filter(
        Q(pregnancy_id=OuterRef("pregnancy_id"))
        | Q(form__in=sorted(forms_of_the_woman(at.date()))),
        woman_id__in=her_records(OuterRef("pregnancy__woman_id")),
        is_in_error=False,
        replaced_by__isnull=True,
    ).exclude(organisation_id=known(workplace.organisation_id))
    hidden = ~shared_with(workplace, at)
    if part_of(workplace) is not None:
        elements = load().elements(at.date())
        shown = sorted(one.key for one in elements if sees_element(workplace, one))
        rest = Observation.objects.filter(entry_id=OuterRef("pk")).exclude(element__in=shown)
        hidden = hidden | Q(Exists(rest))
    return Exists(of_others.filter(hidden))


def done_elsewhere(workplace: Workplace, at: datetime, pregnancy_id: int) -> QuerySet[Entry]:
    """Return what others wrote of a pregnancy and may be told to have been done, no more than that.

    For who sees a part: all against which she did not object. Who sees all of it is told what she
    lets through, and by her objection nothing (decision 0017).
    """
    if not workplace.gives_care or part_of(workplace) is None:
        return Entry.objects.none()
    return Entry.objects.filter(
        shared_with(workplace, at, is_addressed=True),
        pregnancy_id=pregnancy_id,
        pregnancy_id__in=pregnancy_ids_for(workplace, at, pregnancy_id),
        is_in_error=False,
        replaced_by__isnull=True,
    ).exclude(organisation_id=known(workplace.organisation_id))


def forms_of_the_woman(day: date) -> set[str]:
    """Return the forms on which something stands that holds beyond one pregnancy."""
    dictionary = load()
    return {
        form.key
        for form in dictionary.forms(day)
        if any(is_of_the_woman(dictionary.element(key, day)) for key in form.element_keys)
    }


def is_of_the_woman(element: Element | None) -> bool:
    """Tell whether an element is known of the woman, whichever pregnancy it was written in."""
    return element is not None and element.scope == "woman"


def forms_shown(workplace: Workplace, day: date) -> set[str]:
    """Return the forms of others of which a workplace sees at least one element."""
    dictionary = load()
    shown = set()
    for form in dictionary.forms(day):
        elements = (dictionary.element(key, day) for key in form.element_keys)
        if any(element is not None and sees_element(workplace, element) for element in elements):
            shown.add(form.key)
    return shown


def own_file_of(workplace: Workplace, pregnancy_id: int) -> QuerySet[Entry]:
    """Return what an organisation wrote itself of a woman whom it treats or ever treated.

    Its own file, that it keeps after it stopped treating her or left the network (file duty, 7:454
    lid 3 BW); nothing of others, neither from before nor from after.
    """
    if not workplace.gives_care:
        return Entry.objects.none()
    return Entry.objects.filter(
        pregnancy_id=pregnancy_id, organisation_id=known(workplace.organisation_id)
    )


def own_files_of(workplace: Workplace, at: datetime) -> QuerySet[Pregnancy]:
    """Return of whom an organisation keeps such a file while it no longer sees her record."""
    if not workplace.gives_care:
        return Pregnancy.objects.none()
    wrote = Entry.objects.filter(organisation_id=known(workplace.organisation_id))
    kept = Pregnancy.objects.filter(pk__in=wrote.order_by().values("pregnancy_id"))
    return kept.exclude(pk__in=pregnancy_ids_for(workplace, at))
