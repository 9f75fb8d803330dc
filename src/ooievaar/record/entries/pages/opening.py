"""What every page of the record begins with: may it open, and whose record is it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from ooievaar.network.doors import Door, WorkingRequest
from ooievaar.network.models import Organisation
from ooievaar.network.roles import CARE_ROLES
from ooievaar.network.workplace import Workplace
from ooievaar.record.banner import Banner, Clinical, banner_for
from ooievaar.record.entries.banner import ALERTS, RISK, clinical
from ooievaar.record.entries.dictionary import load
from ooievaar.record.entries.models import Entry
from ooievaar.record.entries.queries import (
    Written,
    known_and_done,
    known_of_her,
    known_values,
)
from ooievaar.record.permissions import Access, access_to

CARE_DOOR = Door(CARE_ROLES, is_care=True)


@dataclass(frozen=True, slots=True)
class Opened:
    """A pregnancy that somebody may see, at the moment they asked."""

    workplace: Workplace
    pregnancy_id: int
    access: Access
    at: datetime

    @property
    def today(self) -> date:
        """The local day."""
        return timezone.localdate(self.at)

    @property
    def organisation(self) -> Organisation:
        """The organisation that writes; who gives care works in one."""
        organisation = self.workplace.organisation
        assert organisation is not None, "who gives care works in an organisation"
        return organisation

    @property
    def logged(self) -> dict[str, Any]:
        """Whom an event of this page concerns, and by which checks."""
        return {"women": [self.access.woman_id], "controls": self.access.controls}

    def written(self) -> list[Written]:
        """Return everything in the record that may be seen here, what is known of her included."""
        return known_of_her(self.workplace, self.pregnancy_id, self.at)

    def known_and_done(self, form: str) -> tuple[list[Written], list[Entry]]:
        """Return this, and what others did of a form, of which only that may be told."""
        return known_and_done(self.workplace, self.pregnancy_id, self.at, form)

    def banner(self, written: Sequence[Written] | None = None) -> Banner:
        """Return what stands on top of the page; who has read the record need not read it again."""
        found = banner_for(
            self.workplace,
            self.pregnancy_id,
            self.at,
            access=self.access,
            clinical=None if written is None else clinical_in(written, self.workplace),
        )
        assert found is not None, f"pregnancy {self.pregnancy_id} has no version"
        return found


def clinical_in(written: Sequence[Written], workplace: Workplace) -> Clinical:
    """Return the risk status and the alerts that stand in the record."""
    newest = known_values(written)
    found = {}
    for key in (RISK, *ALERTS):
        if (key, 0) not in newest:
            continue
        observation, entry = newest[key, 0]
        element = load().element(key, entry.happened_on)
        if element is not None:
            found[key] = (element, observation.value)
    return clinical(found, workplace)


def opened(request: WorkingRequest, pregnancy_id: int) -> Opened | None:
    """Return the pregnancy of an address; None when it is not to be seen, or not there."""
    at = timezone.now()
    access = access_to(request.workplace, pregnancy_id, at)
    if access is None:
        return None
    return Opened(request.workplace, pregnancy_id, access, at)
