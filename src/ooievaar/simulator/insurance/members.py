"""Each member's own monthly claim files: VK301, KZ301 with list 011 and ZH308, from what it did.

What a file has no place for is not in it: the time of day, and care of a woman whom nobody insured.
Every member claims as an institution: a practice would have to name a professional too.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from ooievaar.claims.layouts import known_layouts
from ooievaar.claims.members.codes import MemberCodes, known_codes
from ooievaar.claims.messages.layout import find_standard
from ooievaar.claims.messages.mono import STANDARDS, MonoFile, write_mono
from ooievaar.claims.messages.portal import file_name
from ooievaar.claims.messages.rows import MonoRow
from ooievaar.contracts.models import PriceListEntry
from ooievaar.kernel.period import month_of, month_period
from ooievaar.network.models import Network
from ooievaar.record.models import CareActivity, Coverage


class Group(NamedTuple):
    """What goes into one file: of one member, on one list, to one insurer, of one month."""

    agb: str
    list_code: str
    uzovi: str
    month: str


@dataclass(slots=True)
class MemberFiles:
    """What was written, and how many activities could not be, by why."""

    files: int = 0
    lines: int = 0
    left_out: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def write_member_files(network: Network, folder: Path, until: date) -> MemberFiles:
    """Write what every member of a network did before a day, in `folder`, a folder per month.

    Equal activities give equal files. Raises OSError where nothing can be written.
    """
    done = MemberFiles()
    groups: dict[Group, list[MonoRow]] = defaultdict(list)
    for group, row in _rows(network, until, known_codes(), done):
        groups[group].append(row)
    layouts = known_layouts()
    for group, rows in sorted(groups.items()):
        layout = find_standard(layouts, STANDARDS[group.list_code])
        assert layout is not None
        period = month_period(group.month)
        last = min(period.until, until) - timedelta(days=1)
        invoice = f"{group.month[2:4]}{group.month[5:]}{group.uzovi}{group.list_code}"
        header = MonoFile(
            agb=group.agb,
            uzovi=group.uzovi,
            starts_on=period.start,
            ends_on=last,
            invoice_number=invoice,
            dated=last,
            is_test=layout.is_provisional,
        )
        # Lines of one woman stand together, under her record.
        content = write_mono(layout, header, sorted(rows, key=lambda row: (row.bsn, row.reference)))
        assert isinstance(content, bytes), content
        path = folder / group.month / f"{group.agb}-{file_name(layout, group.uzovi, invoice)}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        done.files += 1
        done.lines += len(rows)
    return done


def _rows(
    network: Network, until: date, codes: MemberCodes, done: MemberFiles
) -> Iterator[tuple[Group, MonoRow]]:
    """Give the activities of the members as lines, with the file that each belongs in."""
    insured, prices = _insured(), _prices()
    members = network.memberships.values("organisation_id")
    acts = CareActivity.objects.filter(
        organisation__in=members, source="record", performed_on__lt=until, withdrawal__isnull=True
    ).exclude(woman__bsn=None)
    for act in (
        acts.order_by("performed_on", "pk")
        .values_list(
            "organisation__agb",
            "organisation_id",
            "woman_id",
            "woman__bsn",
            "woman__birth_date",
            "woman__name",
            "code",
            "specialism",
            "performed_on",
            "quantity",
            "duration_minutes",
            "source_reference",
            named=True,
        )
        .iterator(20_000)
    ):
        day = act.performed_on
        uzovi = next((u for u, since, until in insured[act.woman_id] if since <= day < until), "")
        code = codes.of_activity(act.code, day)
        if not uzovi or code is None:
            done.left_out["not_insured" if not uzovi else act.code] += 1
            continue
        units = act.quantity
        if code.unit_minutes:
            units = max(1, round(act.duration_minutes / code.unit_minutes))
        tariff = prices.get((act.organisation_id, act.code)) or prices.get((None, act.code), 0)
        row = MonoRow(
            reference=act.source_reference,
            agb=act.organisation__agb,
            bsn=act.woman__bsn or "",
            birth_date=act.woman__birth_date,
            uzovi=uzovi,
            list_code=code.list_code,
            code=code.code,
            performed_on=day,
            quantity=units,
            tariff_cents=tariff,
            cents=units * tariff,
            specialism=act.specialism,
            name=act.woman__name.rpartition(" ")[2],
            initials=act.woman__name[:1],
        )
        yield Group(row.agb, row.list_code, uzovi, month_of(day)), row


def _insured() -> dict[int, list[tuple[str, date, date]]]:
    insured: dict[int, list[tuple[str, date, date]]] = defaultdict(list)
    rows = Coverage.objects.order_by("woman_id", "valid_from")
    for woman_id, uzovi, since, until in rows.values_list(
        "woman_id", "insurer__uzovi", "valid_from", "valid_until"
    ):
        insured[woman_id].append((uzovi, since, until))
    return insured


def _prices() -> dict[tuple[int | None, str], int]:
    """Return what an act costs the old way, the newest price; by organisation, None for all."""
    rows = PriceListEntry.objects.order_by("valid_from")
    return {(who, code): cents for who, code, cents in rows.values_list(
        "organisation_id", "code", "cents"
    )}  # fmt: skip
