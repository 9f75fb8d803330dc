"""What one version of an agreement says otherwise than another, in words."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from ooievaar.contracts.agreements.words import HEADINGS, Statement, statements
from ooievaar.contracts.rules.agreement import Distribution, Place


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed; `before` or `after` is None where it is new, or no more."""

    place: Place
    heading: str
    before: Statement | None
    after: Statement | None

    @property
    def title(self) -> str:
        """The heading under which it stands."""
        return str(HEADINGS[self.heading])

    def __str__(self) -> str:
        before, after = self.before, self.after
        if before is None:
            return _("Nieuw: %(sentence)s") % {"sentence": after}
        if after is None:
            return _("Vervalt: %(sentence)s") % {"sentence": before}
        words = {"subject": after.subject, "value": after.value, "before": before.value}
        if before.subject != after.subject:
            words["before"] = f"{before.subject} {before.value}"
        return _("%(subject)s %(value)s (was: %(before)s).") % words


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed, with what only the examples say apart: one rule changes many of those."""

    said: tuple[Change, ...]
    of_examples: tuple[Change, ...]


def changes_between(before: Distribution, after: Distribution) -> Changes:
    """Return the differences as a page shows them."""
    found = differences(before, after)
    return Changes(
        tuple(one for one in found if one.heading != "examples"),
        tuple(one for one in found if one.heading == "examples"),
    )


def differences(before: Distribution, after: Distribution) -> list[Change]:
    """Return everything that changed, in the order of the newer text; what vanished at the end.

    Names are part of the sentences: a party that is called otherwise does not change the sentences
    about it, only the one that says who it is.
    """
    old = {row.place: row for row in statements(before)}
    new = {row.place: row for row in statements(after)}
    changed = [
        Change(place, row.heading, old.get(place), row)
        for place, row in new.items()
        if place not in old or old[place].value != row.value
    ]
    gone = [Change(place, row.heading, row, None) for place, row in old.items() if place not in new]
    order = list(HEADINGS)
    return sorted([*changed, *gone], key=lambda change: order.index(change.heading))
