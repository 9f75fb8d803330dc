"""The banner on every page of a pregnancy: who it is about, how far along, what to beware of.

Rooms to the right hang their parts on it in `AppConfig.ready`, through `BANNER_PARTS`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists
from django.urls import NoReverseMatch, resolve, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ooievaar.kernel.gestation import gestation_days
from ooievaar.kernel.identifiers import mask_bsn
from ooievaar.network.doors import door_of
from ooievaar.network.workplace import Workplace
from ooievaar.record.models import BreakGlass, PregnancyVersion
from ooievaar.record.permissions import (
    Access,
    access_by,
    access_columns,
    access_to,
    sees_clinical,
    sees_identity,
)
from ooievaar.record.versions import newest_first
from ooievaar.record.women.who import identity_columns, identity_of

LATEST_GESTATION_DAYS = 44 * 7
"""Beyond this nobody is pregnant: the end was not written down."""


@dataclass(frozen=True, slots=True)
class BannerPart:
    """A fact that a room adds: `label` and `value`, a `note` beside it, an icon when it alarms."""

    label: str
    value: str
    note: str = ""
    is_alarm: bool = False


@dataclass(frozen=True, slots=True)
class Clinical:
    """What the entries say that everybody who treats her must see: risk status and alerts.

    `is_asked` tells "no allergies known" from "nobody asked"; `is_part` that the reader sees of
    others a part of the dataset, so that what is not there may still be known to somebody.
    """

    risk: str = ""
    alerts: tuple[str, ...] = ()
    is_asked: bool = False
    is_part: bool = False


NOT_READ = Clinical()
"""Handed over by a page that has no use for it: the banner is then silent about risk and alerts."""

CLINICAL: list[Callable[[Workplace, int, datetime], Clinical]] = []
"""What reads it, for who gives care; asks one query. Filled by `record.entries`."""

WITHHELD: list[Callable[[Workplace, datetime], Exists]] = []
"""What tells, as a column beside a pregnancy version, that others wrote more than is shown to who
gives care; costs no query. Filled by `record.entries`."""

LEADERS: list[Callable[[int, datetime], Iterable[BannerPart]]] = []
"""What tells who is responsible and who coordinates; asks one query. Filled by `handover`."""

BANNER_PARTS: list[Callable[[int], Iterable[BannerPart]]] = []
"""What gives the parts of the rooms to the right, by pregnancy; each asks at most one query."""

TABS: tuple[tuple[str, str | Promise], ...] = (
    ("pregnancy", gettext_lazy("Zwangerschapslijn")),
    ("record", gettext_lazy("Dossier")),
    ("plan", gettext_lazy("Plan")),
    ("handover", gettext_lazy("Verwijzen")),
    ("conversation", gettext_lazy("Overleg")),
    ("sharing", gettext_lazy("Delen")),
    ("involved", gettext_lazy("Betrokken")),
    ("who_looked", gettext_lazy("Wie keek")),
)
"""The pages of one pregnancy, by the name of their address."""


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of this pregnancy that this role may open."""

    name: str
    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Banner:
    """What stands on top; without `shows_identity` nothing in it says who she is.

    `gestation_days` is None when nobody can be that far along. `risk` is empty until somebody
    assessed it; `emergency_until` is set when the record was opened with the emergency button.
    `others_wrote_more` than this reader is shown; with `sees_part` nobody may read "not recorded"
    into what does not stand here.
    """

    pregnancy_id: int
    woman_id: int
    reference: str
    version: PregnancyVersion
    shows_identity: bool
    shows_clinical: bool
    name: str
    birth_date: date | None
    masked_bsn: str
    gestation_days: int | None
    gestation_source: str
    end: str
    ended_on: date | None
    provider: str
    risk: str
    alerts: tuple[str, ...]
    alerts_are_asked: bool
    sees_part: bool
    others_wrote_more: bool
    parts: tuple[BannerPart, ...]
    tabs: tuple[Tab, ...]
    access: Access
    emergency_until: datetime | None

    @property
    def title(self) -> str:
        """Her name where this role may know it, else the reference."""
        return self.name or self.reference


def banner_for(
    workplace: Workplace,
    pregnancy_id: int,
    at: datetime,
    *,
    access: Access | None = None,
    parts: Sequence[BannerPart] | None = None,
    leaders: Sequence[BannerPart] | None = None,
    clinical: Clinical | None = None,
) -> Banner | None:
    """Return the banner of a pregnancy as this workplace may see it; None without access.

    A page that has the `access`, the `parts`, the `leaders` or what is `clinical` hands them over
    and saves queries.
    """
    versions = (
        newest_first(timezone.localdate(at))
        .filter(pregnancy_id=pregnancy_id)
        .select_related("pregnancy__woman", "first_intake_organisation")
    )
    if sees_identity(workplace):
        versions = versions.annotate(**identity_columns("pregnancy__woman"))
    if sees_clinical(workplace) and clinical is not NOT_READ:
        withheld = {f"withheld_{n}": tell(workplace, at) for n, tell in enumerate(WITHHELD)}
        versions = versions.annotate(**withheld)
    if access is None and workplace.gives_care:
        # The access comes with the version: a query less.
        version = versions.annotate(**access_columns(workplace, at, "pregnancy_id")).first()
        if version is not None:
            told = {"woman_id": version.pregnancy.woman_id, **version.__dict__}
            access = access_by(workplace, told, at)
    else:
        access = access or access_to(workplace, pregnancy_id, at)
        version = versions.first() if access else None
    if access is None or version is None:
        return None
    if parts is None:
        parts = [part for give in BANNER_PARTS for part in give(pregnancy_id)]
    woman, knows_her = version.pregnancy.woman, sees_identity(workplace)
    who = identity_of(version) if knows_her else None
    if clinical is None and sees_clinical(workplace):
        for read in CLINICAL:
            clinical = read(workplace, pregnancy_id, at)
    clinical = clinical or Clinical()
    if leaders is None and knows_her:
        leaders = [part for tell in LEADERS for part in tell(pregnancy_id, at)]
    more = any(said for name, said in version.__dict__.items() if name.startswith("withheld_"))
    today = timezone.localdate(at)
    ended_on = version.ended_on if version.ended_on and version.ended_on <= today else None
    return Banner(
        pregnancy_id=pregnancy_id,
        woman_id=woman.pk,
        reference=version.pregnancy.reference,
        version=version,
        shows_identity=knows_her,
        shows_clinical=sees_clinical(workplace) and clinical is not NOT_READ,
        name=who.name if who else "",
        birth_date=who.birth_date if who else None,
        masked_bsn=mask_bsn(who.bsn) if who else "",
        gestation_days=gestation_on(version.due_on, ended_on, today),
        gestation_source=_source(version),
        end=str(version.get_end_kind_display()) if ended_on else "",
        ended_on=ended_on,
        provider=version.first_intake_organisation.name,
        risk=clinical.risk,
        alerts=clinical.alerts,
        alerts_are_asked=clinical.is_asked,
        sees_part=clinical.is_part or more,
        others_wrote_more=more,
        parts=(*(leaders or ()), *parts),
        tabs=_tabs(workplace, pregnancy_id),
        access=access,
        emergency_until=_open_until(workplace, pregnancy_id, at) if access.is_emergency else None,
    )


def gestation_on(due_on: date, ended_on: date | None, today: date) -> int | None:
    """Return the days of gestation today, or at the end; None when no pregnancy lasts that long."""
    days = gestation_days(due_on, ended_on or today)
    return days if 0 <= days <= LATEST_GESTATION_DAYS else None


def _source(version: PregnancyVersion) -> str:
    """Say how sure the duration is and where it comes from: `± 3 dagen, Praktijk, 27-05-2026`."""
    return _("± %(days)s d · %(organisation)s, %(day)s") % {
        "days": version.due_precision_days,
        "organisation": version.first_intake_organisation.name,
        "day": f"{version.recorded_on:%d-%m-%Y}",
    }


def _open_until(workplace: Workplace, pregnancy_id: int, at: datetime) -> datetime | None:
    opened = (
        BreakGlass.objects.filter(
            person_id=workplace.person_id, pregnancy_id=pregnancy_id, open_until__gt=at
        )
        .order_by("-open_until")
        .values_list("open_until", flat=True)
    )
    return opened.first()


def _tabs(workplace: Workplace, pregnancy_id: int) -> tuple[Tab, ...]:
    tabs = []
    for name, label in TABS:
        try:
            address = reverse(name, args=[pregnancy_id])
        except NoReverseMatch:
            continue
        door = door_of(resolve(address).func)
        if door is not None and workplace.role in door.roles:
            tabs.append(Tab(name, str(label), address))
    return tuple(tabs)
