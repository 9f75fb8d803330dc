"""The agreements that an invented region writes after its first: as boards do, a step at a time.

Every share, part and year in them is ours, to have something to show; none is advice.
"""

from dataclasses import replace
from datetime import date
from typing import Literal

from ooievaar.contracts.agreements.importing import with_examples
from ooievaar.contracts.rules.agreement import (
    Advances,
    Distribution,
    Guarantee,
    MemberRule,
    ProductRule,
    Reserve,
    SafetyNet,
    SupplierRule,
    Surcharge,
)
from ooievaar.kernel.money import PPM

OLD_WAY = ("natal", "natal_complex")
"""What starts as the old funding paid it; from the day that this ends by fixed shares."""
HOURS = "kraamzorg_hour"
RESERVE_PPM, SURCHARGE_PPM = 10_000, 5_000
SAFETY_CORRIDOR_PPM, SAFETY_SHARE_PPM = 50_000, 500_000
ADVANCED_PPM = 400_000
MONTHS_ADVANCED = 4
"""The lender goes as far as the advances of so many months."""
RESERVE_MONTHS = 2
"""The reserve is full at what partners earn in so many months."""
FLOOR_PPM = 950_000
FLOOR_FALLS_PPM = 25_000
FLOOR_YEARS = 3
IDLE_MONTHS = 3
MOVED_PPM = 20_000
"""From hospital to midwives, for a birth without complications, in the third agreement."""


def mixed_agreement(
    first: Distribution,
    valid_from: date,
    month_cents: int,
    *,
    suppliers: tuple[SupplierRule, ...] = (),
    insurers: tuple[str, ...] = (),
) -> Distribution:
    """Return the second agreement: every method, a floor under incomes, and advances.

    `month_cents` is what partners earn in a month now: ceilings and limits follow from it.
    `insurers` (UZOVI) give a safety net.
    """
    hospital = first.parties_of("hospital")
    products = {name: _second(name, rule, valid_from) for name, rule in first.products.items()}
    written = replace(
        first,
        title=f"Verdeelafspraak vanaf {valid_from:%d-%m-%Y} (verzonnen)",
        valid_from=valid_from,
        valid_until=None,
        explanation=(
            "Bevallingen verdelen wij nog een jaar zoals de oude bekostiging, daarna volgens vaste "
            "aandelen. Kraamzorg gaat naar wie de uren werkte. Niemand zakt in een keer: de eerste "
            f"{FLOOR_YEARS} jaar is er een garantie, en het ziekenhuis schiet voor."
        ),
        reserve=Reserve(RESERVE_PPM, _round(RESERVE_MONTHS * month_cents), "above_ceiling"),
        surcharges=(Surcharge("Vernieuwing", "scholing en samen vernieuwen", ppm=SURCHARGE_PPM),),
        products=products,
        disciplines={name: _second_level(name, rule) for name, rule in first.disciplines.items()},
        suppliers=suppliers or first.suppliers,
        guarantee=Guarantee(
            ppm_by_year={
                valid_from.year + n: FLOOR_PPM - n * FLOOR_FALLS_PPM for n in range(FLOOR_YEARS)
            },
            reference="mono_of_this_care",
            cap_ppm=100_000,
        ),
        safety_nets=tuple(
            SafetyNet(uzovi, SAFETY_CORRIDOR_PPM, SAFETY_SHARE_PPM) for uzovi in insurers
        ),
        advances=Advances(
            share_ppm=ADVANCED_PPM,
            lender=hospital[0].agb if hospital else "igo",
            limit_cents=_round(MONTHS_ADVANCED * month_cents * ADVANCED_PPM // PPM),
            stop_after_months_without_care=IDLE_MONTHS,
        ),
        examples=(),
    )
    return with_examples(written)


def next_agreement(second: Distribution, valid_from: date) -> Distribution:
    """Return the third: nothing the old way any more, and a birth pays midwives a bit more."""
    written = replace(
        second,
        title=f"Verdeelafspraak vanaf {valid_from:%d-%m-%Y} (verzonnen)",
        valid_from=valid_from,
        explanation=(
            "Ook bevallingen verdelen wij nu volgens vaste aandelen. Van een bevalling zonder "
            "complicaties gaat een groter deel naar de verloskundigen, die haar langer begeleiden."
        ),
        products={name: _third(name, rule) for name, rule in second.products.items()},
        examples=(),
    )
    return with_examples(written)


def _second(name: str, rule: ProductRule, valid_from: date) -> ProductRule:
    if name == HOURS:
        return ProductRule("performed")
    if name in OLD_WAY:
        until = valid_from.replace(year=valid_from.year + 1)
        return replace(rule, method="mono_pro_rata", until=until, members={})
    return replace(rule, members={})


def _second_level(discipline: str, rule: MemberRule) -> MemberRule:
    """Midwives divide by clients, and keep to themselves how; kraamzorg and scans by what is done.

    A discipline with fixed shares keeps them.
    """
    if discipline == "midwives":
        method: Literal["by_clients", "performed"] = "by_clients"
        return replace(rule, method=method, is_secret=True)
    return rule


def _third(name: str, rule: ProductRule) -> ProductRule:
    if rule.method != "mono_pro_rata":
        return rule
    shares = dict(rule.shares)
    if name == "natal" and shares.get("hospital", 0) > MOVED_PPM and "midwives" in shares:
        shares["hospital"] -= MOVED_PPM
        shares["midwives"] += MOVED_PPM
    return replace(rule, method="fixed_share", until=None, shares=shares)


def _round(cents: int) -> int:
    """Round up to whole thousands of euros, as people write such amounts."""
    return -(-cents // 100_000) * 100_000
