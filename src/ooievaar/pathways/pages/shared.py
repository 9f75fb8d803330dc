"""What these pages share: which network, which versions, and how an activity is shown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.http import Http404
from django.utils.translation import gettext as _

from ooievaar.network.doors import WorkingRequest
from ooievaar.network.models import Network
from ooievaar.network.permissions import networks_for
from ooievaar.pathways import words
from ooievaar.pathways.models import PathwayInForce, PathwayVersion
from ooievaar.pathways.rules.composition import compose
from ooievaar.pathways.rules.definition import (
    Activity,
    Definition,
    Evidence,
    describe_window,
)
from ooievaar.pathways.rules.planning import Facts, Plan, plan_items
from ooievaar.pathways.rules.prepared import prepare
from ooievaar.ui.templatetags.ooievaar import language

BASE = "base"


@dataclass(frozen=True, slots=True)
class Place:
    """The network that a page is about, and those that may be chosen instead."""

    network: Network | None
    networks: tuple[Network, ...]

    @property
    def query(self) -> str:
        """What an address needs behind it, so that the next page is about the same network."""
        chosen = self.network is not None and len(self.networks) > 1
        return f"?netwerk={self.network.pk}" if chosen and self.network else ""


def place_of(request: WorkingRequest) -> Place:
    """Return the network of `?netwerk=`, else the first; Http404 for one that is not one's own."""
    networks = tuple(networks_for(request.workplace).order_by("kind", "id"))
    wanted = request.GET.get("netwerk", "")
    if not wanted:
        return Place(networks[0] if networks else None, networks)
    for network in networks:
        if str(network.pk) == wanted:
            return Place(network, networks)
    raise Http404


@dataclass(frozen=True, slots=True)
class Library:
    """The pathways of a network: every version of each, the newest first, and what holds when."""

    versions: dict[str, list[PathwayVersion]]
    held: tuple[PathwayInForce, ...]

    def holding(self, day: date) -> dict[str, PathwayInForce]:
        """Return what holds on a day by key; of the bases only the one that began last."""
        places: dict[str, PathwayInForce] = {}
        for row in self.held:
            if row.valid_from <= day:
                places["" if row.version.kind == BASE else row.version.key] = row
        return {row.version.key: row for row in places.values()}

    def coming(self, day: date) -> dict[str, PathwayInForce]:
        """Return what will hold from a later day, the first of each pathway."""
        return {row.version.key: row for row in reversed(self.held) if row.valid_from > day}

    def version(self, key: str, number: int) -> PathwayVersion | None:
        """Return a version by its number."""
        return next((one for one in self.versions.get(key, ()) if one.number == number), None)

    def shown(self, key: str, day: date) -> PathwayVersion | None:
        """Return the version of a pathway that holds; while none does, the newest."""
        held = self.holding(day).get(key)
        return held.version if held else next(iter(self.versions.get(key, ())), None)


def library_of(network_id: int, key: str = "") -> Library:
    """Return the pathways of a network, or one of them. Three queries."""
    rows = PathwayVersion.objects.filter(network_id=network_id)
    held = PathwayInForce.objects.filter(network_id=network_id).select_related("put_by", "version")
    if key:
        rows = rows.filter(key=key)
    versions: dict[str, list[PathwayVersion]] = {}
    rows = rows.select_related("made_by").prefetch_related("signatures__person")
    for version in rows.order_by("title", "-number"):
        versions.setdefault(version.key, []).append(version)
    known = {one.pk: one for of_key in versions.values() for one in of_key}
    found = list(held.defer("version__content").order_by("valid_from", "pk"))
    for row in found:
        # The same object, so that its text and signatures are there without another query.
        row.version = known.get(row.version_id, row.version)
    return Library(versions, tuple(found))


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """An activity as people read it, in the language of this request."""

    key: str
    name: str
    window: str
    who: str
    discipline: str
    alternatives: tuple[str, ...]
    minutes: str
    needs: tuple[str, ...]
    registers: str
    form: str
    source: str
    source_address: str
    remarks: tuple[str, ...]
    order: tuple[int, int]


def named(entry: object, what: str = "name") -> str:
    """Return a Dutch or English text of an entry, whichever this request reads."""
    return str(getattr(entry, f"{what}_{language()}"))


def activity_lines(definition: Definition) -> list[ActivityLine]:
    """Return what a pathway asks, in order of time."""
    sources = {one.short: one for one in definition.sources}
    names = {one.key: named(one) for one in definition.activities}
    lines = [_line(activity, sources, names) for activity in definition.activities]
    return sorted(lines, key=lambda one: one.order)


def _line(
    activity: Activity, sources: Mapping[str, Evidence], names: Mapping[str, str]
) -> ActivityLine:
    source = sources.get(activity.source)
    remarks = []
    if activity.is_choice:
        remarks.append(_("zij kiest zelf"))
    if activity.for_each_child:
        remarks.append(_("voor elk kind"))
    if activity.when_late == "catch_up":
        remarks.append(_("wordt ingehaald bij wie later in zorg komt"))
    if activity.replaces:
        remarks.append(_("in plaats van: %(keys)s") % {"keys": ", ".join(activity.replaces)})
    return ActivityLine(
        key=activity.key,
        name=named(activity),
        window=_window(activity, names),
        who=words.who(activity.discipline, activity.line),
        discipline=activity.discipline,
        alternatives=tuple(
            f"{named(one)}: {words.who(one.discipline, one.line)}" for one in activity.alternatives
        ),
        minutes="; ".join(
            _effort(one.discipline, one.line, one.minutes, one.percent) for one in activity.effort
        ),
        needs=tuple(named(one) for one in activity.needs),
        registers=", ".join(activity.codes),
        form=activity.form or "",
        source=str(getattr(source, "title", activity.source)),
        source_address=str(getattr(source, "url", "")),
        remarks=tuple(remarks),
        order=_order(activity),
    )


def _window(activity: Activity, names: Mapping[str, str]) -> str:
    """Say when, with the name of the activity that it follows on."""
    after = activity.after
    if after is None:
        return describe_window(activity, language())
    return _("dag %(start)s tot %(until)s na: %(name)s") % {
        "start": after.start,
        "until": after.until,
        "name": names.get(after.activity, after.activity),
    }


def _effort(discipline: str, line: str, minutes: int, percent: int) -> str:
    text = _("%(minutes)s min %(who)s") % {
        "minutes": minutes,
        "who": words.said(words.DISCIPLINES, discipline).lower(),
    }
    if percent == 100:
        return text
    return _("%(effort)s bij %(percent)s van de 100") % {"effort": text, "percent": percent}


def _order(activity: Activity) -> tuple[int, int]:
    timing = activity.timing
    if activity.gestation is not None:
        weeks, days = activity.gestation.start.split("+")
        return 0, int(weeks) * 7 + int(days)
    if activity.after_birth is not None:
        return 2, activity.after_birth.start
    return 1, getattr(timing, "start", 0) if isinstance(getattr(timing, "start", 0), int) else 0


def invented_plan(
    definitions: Iterable[Definition], first_intake_on: date, due_on: date, today: date
) -> Plan:
    """Return the plan of nobody: a due date and a first intake that somebody made up."""
    facts = Facts(
        today=today, first_intake_on=first_intake_on, due_dates=((first_intake_on, due_on),)
    )
    return Plan(plan_items(prepare(compose(definitions)), facts))
