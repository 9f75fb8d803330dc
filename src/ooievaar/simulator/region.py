"""Who takes part in a synthetic region, and what was agreed: organisations, terms, agreement.

AGB serials start at 99 90, UZOVI codes at 99, BSNs at 999: ranges in which everything is invented.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ooievaar.simulator.prices import (
    INSURER_FACTOR_PPM,
    OUTSIDE_PRICE_PPM,
    OUTSIDE_PRICED,
    OVERHEAD_PPM,
    PRICE_LIST_CENTS,
    SHARES_PPM,
    TARIFF_CENTS,
    UNPRICED,
    indexed_cents,
)
from ooievaar.simulator.profiles import Profile

EARLY_END_UNTIL = date(2023, 1, 1)
"""`early_end` is a product until this day (NZa, registration and claims 2023)."""
RULE_BOOK_FROM = date(2017, 1, 1)

IGO = "IGO Waterland-Zuid (verzonnen)"
AGB_TYPES = {
    "midwives": "08", "gynaecologists": "03", "hospital": "06", "kraamzorg": "41",
    "ultrasound": "92", "other": "98",
}  # fmt: skip
PRACTICES = (
    "De Eerste Stap", "Het Nest", "De Wieg", "Vroeg Begin", "De Vuurtoren", "Duinroos",
    "De Kiem", "Zonnestraal", "De Brug", "Het Anker", "Lentekind", "De Haven", "Ochtendrood",
    "De Linde", "Over de Dijk", "Buitenlicht",
)  # fmt: skip
KRAAMZORG = (
    "Warme Handen", "De Kraamkamer", "Thuisstart", "Zachte Landing", "Het Wiegje", "Kraamhulp Zuid",
    "Kraamzorg Verderop",
)  # fmt: skip
CITIES = ("Waterland", "Zuiddorp", "Meerkerke", "Lindenhout", "Oosterzijl", "Dijkhuizen")
INSURERS = (
    "Waardenland Zorg", "Polderpolis", "Noorderlicht Verzekerd", "Duinwaard Zorg",
    "Rietland Onderlinge",
)  # fmt: skip
INSURER_GROUPS = ("Waardenland", "Polderpolis", "Noorderlicht", "Waardenland", "Rietland")


@dataclass(slots=True)
class Region:
    """The organisations by number, who plays which part, and the rows of the small tables."""

    agbs: list[str] = field(default_factory=list)
    practices: list[int] = field(default_factory=list)
    practices_inside: int = 0
    kraamzorg: list[int] = field(default_factory=list)
    kraamzorg_inside: int = 0
    hospitals: list[int] = field(default_factory=list)
    gynaecologists: list[int] = field(default_factory=list)
    ultrasound: int = 0
    birth_centre: int = 0
    uzovis: list[str] = field(default_factory=list)
    bills_itself_insurer: int = -1
    """The insurer that kraamzorg organisations bill themselves, under its contract."""
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


def build_region(profile: Profile, start: date, end: date) -> Region:
    """Return the organisations, networks, contracts and agreement of a profile; no chance in it."""
    region = Region()
    _add_organisations(region, profile)
    _add_memberships(region, profile, start)
    _add_insurers(region, profile)
    _add_contracts(region, profile, start, end)
    _add_price_list(region, start, end)
    _add_agreement(region, start)
    return region


def contracts_start(start: date) -> date:
    """Return the day on which the first contracts start: half a year before the simulation."""
    month = start.year * 12 + start.month - 1 - 6
    return max(RULE_BOOK_FROM, date(month // 12, month % 12 + 1, 1))


def _add_organisations(region: Region, profile: Profile) -> None:
    rows = region.rows.setdefault("organisations", [])

    def add(name: str, discipline: str, city: str) -> int:
        number = len(rows)
        agb = f"{AGB_TYPES[discipline]}9990{number + 1:02d}"
        rows.append({"agb": agb, "name": name, "discipline": discipline, "city": city})
        region.agbs.append(agb)
        return number

    providers = profile.providers
    region.practices_inside = providers.practices_inside
    for number in range(providers.practices_inside + providers.practices_outside):
        name = f"Verloskundigenpraktijk {PRACTICES[number % len(PRACTICES)]}"
        region.practices.append(add(name, "midwives", CITIES[number % len(CITIES)]))
    for number, name in enumerate(providers.hospitals):
        city = CITIES[number]
        region.hospitals.append(add(f"Ziekenhuis {name}", "hospital", city))
        region.gynaecologists.append(add(f"Gynaecologen {name}", "gynaecologists", city))
    region.kraamzorg_inside = providers.kraamzorg_inside
    for number in range(providers.kraamzorg_inside + providers.kraamzorg_outside):
        name = KRAAMZORG[number % len(KRAAMZORG)]
        region.kraamzorg.append(add(name, "kraamzorg", CITIES[number % len(CITIES)]))
    region.ultrasound = add("Echocentrum Helder Beeld", "ultrasound", CITIES[0])
    region.birth_centre = add("Geboortecentrum De Drempel", "other", CITIES[0])


def _inside(region: Region) -> list[int]:
    return [
        *region.practices[: region.practices_inside],
        region.hospitals[0],
        region.gynaecologists[0],
        *region.kraamzorg[: region.kraamzorg_inside],
        region.ultrasound,
        region.birth_centre,
    ]


def _add_memberships(region: Region, profile: Profile, start: date) -> None:
    since = max(RULE_BOOK_FROM, date(start.year - 2, 1, 1))
    vsvs = [f"VSV {CITIES[n]} (verzonnen)" for n in range(profile.providers.extra_networks)]
    region.rows["networks"] = [
        {"name": name, "kind": "vsv" if number else "igo", "agb": f"539990{number + 1:02d}"}
        for number, name in enumerate([IGO, *vsvs])
    ]
    rows = region.rows.setdefault("memberships", [])

    def add(
        network: str,
        number: int,
        kind: str = "voting",
        valid_from: date = since,
        until: date | None = None,
    ) -> None:
        rows.append(
            {
                "network": network,
                "organisation_agb": region.agbs[number],
                "kind": kind,
                "valid_from": valid_from,
                "valid_until": until,
            }
        )

    inside = _inside(region)
    joins_late = region.practices[region.practices_inside - 1]
    joined = contracts_start(start)
    for number in inside:
        if number == joins_late and since < joined:
            # Talks first: part of the network, not yet of the funding agreement.
            add(IGO, number, "outside_funding", since, joined)
            add(IGO, number, "voting", joined)
        else:
            add(IGO, number)
    if vsvs:
        for number in (*region.practices, *region.kraamzorg):
            if number not in inside:
                add(IGO, number, "outside_funding")
    counts = profile.providers.vsvs_per_practice
    for position, number in enumerate(region.practices):
        for step in range(min(counts[position % len(counts)], len(vsvs))):
            add(vsvs[(position + step) % len(vsvs)], number)
    for position, vsv in enumerate(vsvs):
        place = position % len(region.hospitals)
        add(vsv, region.hospitals[place])
        add(vsv, region.gynaecologists[place])
    region.rows["suppliers"] = [
        {
            "network": IGO,
            "organisation_agb": region.agbs[number],
            "code": code,
            "valid_from": joined,
            "valid_until": None,
        }
        for number, code in (
            (region.gynaecologists[-1], "037610"),
            (region.hospitals[-1], "K-CON"),
        )
    ]


def _add_insurers(region: Region, profile: Profile) -> None:
    count = len(profile.insurance.shares)
    region.uzovis = [f"99{10 + number}" for number in range(count)]
    region.rows["insurers"] = [
        {
            "uzovi": region.uzovis[number],
            "name": f"{INSURERS[number]} (verzonnen)",
            "group_name": INSURER_GROUPS[number],
            "follows_uzovi": region.uzovis[follows] if follows >= 0 else None,
        }
        for number, follows in enumerate(profile.insurance.follows)
    ]


def _add_contracts(region: Region, profile: Profile, start: date, end: date) -> None:
    contracts = region.rows.setdefault("contracts", [])
    tariffs = region.rows.setdefault("tariffs", [])
    for number, regime in enumerate(profile.insurance.regimes):
        if not regime:
            continue
        late = number in profile.insurance.starts_late
        first = start if late else contracts_start(start)
        if regime == "none":
            region.bills_itself_insurer = number
        # One contract a year, as insurers buy care; the last one stays open.
        for year in range(first.year, end.year + 1):
            valid_from = max(first, date(year, 1, 1))
            valid_until = date(year + 1, 1, 1)
            is_last = valid_until >= end
            reference = f"{INSURERS[number].split()[0].upper()}-{year}"
            contracts.append(
                {
                    "reference": reference,
                    "network": IGO,
                    "uzovi": region.uzovis[number],
                    "valid_from": valid_from,
                    "valid_until": None if is_last else valid_until,
                    "regime": regime,
                    "insurer_switch_breaks": regime == "parallel_ban",
                    "kraamzorg_bills_itself": regime == "none",
                    "kraamzorg_unit_minutes": 30 if regime == "none" else 15,
                    "parallel_codes": "E-GUO 037610" if regime != "none" else None,
                }
            )
            tariffs.extend(_tariff_rows(reference, number, valid_from, valid_until, is_last))
            if is_last:
                break


def _tariff_rows(
    reference: str, insurer: int, valid_from: date, valid_until: date, is_last: bool
) -> list[dict[str, Any]]:
    rows = []
    for product, cents in TARIFF_CENTS.items():
        until: date | None = None if is_last else valid_until
        if product == "early_end":
            if valid_from >= EARLY_END_UNTIL:
                continue
            until = EARLY_END_UNTIL if is_last else min(valid_until, EARLY_END_UNTIL)
        rows.append(
            {
                "contract": reference,
                "product": product,
                "cents": indexed_cents(cents, valid_from.year, INSURER_FACTOR_PPM[insurer]),
                "valid_from": valid_from,
                "valid_until": until,
            }
        )
    return rows


def _add_price_list(region: Region, start: date, end: date) -> None:
    rows = region.rows.setdefault("price_list", [])
    first = max(RULE_BOOK_FROM, date(start.year - 2, 1, 1))
    for year in range(first.year, end.year + 1):
        valid_from, valid_until = date(year, 1, 1), date(year + 1, 1, 1)
        is_last = valid_until >= end

        def add(agb: str | None, code: str, cents: int, since: date, until: date | None) -> None:
            rows.append(
                {
                    "organisation_agb": agb,
                    "code": code,
                    "cents": cents,
                    "valid_from": since,
                    "valid_until": until,
                }
            )

        until = None if is_last else valid_until
        for code, cents in PRICE_LIST_CENTS.items():
            add(None, code, indexed_cents(cents, year), valid_from, until)
        for code in OUTSIDE_PRICED:
            own = indexed_cents(PRICE_LIST_CENTS[code], year, OUTSIDE_PRICE_PPM)
            add(region.agbs[region.gynaecologists[-1]], code, own, valid_from, until)
        if is_last:
            break
    assert not {row["code"] for row in rows} & set(UNPRICED)


def _add_agreement(region: Region, start: date) -> None:
    title = "Verdeelafspraak (verzonnen)"
    since = contracts_start(start)
    region.rows["agreements"] = [
        {
            "title": title,
            "network": IGO,
            "valid_from": since,
            "valid_until": None,
            "overhead_ppm": OVERHEAD_PPM,
        }
    ]
    region.rows["agreement_shares"] = [
        {
            "agreement": title,
            "product": product,
            "discipline": discipline,
            "ppm": ppm,
            "method": method,
        }
        for product, shares in SHARES_PPM.items()
        if product != "early_end" or since < EARLY_END_UNTIL
        for discipline, (ppm, method) in shares.items()
    ]
    region.rows["agreement_members"] = [
        {"agreement": title, "organisation_agb": region.agbs[number], "ppm": 1_000_000}
        for number in (region.hospitals[0], region.gynaecologists[0])
    ]
