"""Units of UCUM and of the dictionary, and what is exactly the same in another unit. Pure.

A number is converted only where the ratio is exact: nothing is rounded to fit.
"""

from decimal import Decimal, DivisionByZero, Inexact, localcontext

SIZES: dict[str, tuple[str, Decimal]] = {
    **{unit: ("mass", Decimal(1)) for unit in ("g", "gram")},
    "kg": ("mass", Decimal(1000)),
    "mg": ("mass", Decimal("0.001")),
    "mm": ("length", Decimal(1)),
    "cm": ("length", Decimal(10)),
    "m": ("length", Decimal(1000)),
    **{unit: ("volume", Decimal(1)) for unit in ("mL", "ml")},
    **{unit: ("volume", Decimal(1000)) for unit in ("L", "l")},
    **{unit: ("time", Decimal(1)) for unit in ("min", "minuten", "minutes")},
    **{unit: ("time", Decimal(60)) for unit in ("h", "u", "uur", "hours")},
    **{unit: ("time", Decimal(1440)) for unit in ("d", "dagen", "dag", "days")},
    **{unit: ("time", Decimal(10080)) for unit in ("wk", "weken", "week", "weeks")},
    **{unit: ("pressure", Decimal(1)) for unit in ("mm[Hg]", "mmHg", "mm Hg")},
    **{unit: ("temperature", Decimal(1)) for unit in ("Cel", "°C", "C")},
    **{unit: ("rate", Decimal(1)) for unit in ("/min", "{beats}/min", "per minuut", "slagen/min")},
    "bpm": ("rate", Decimal(1)),
    **{unit: ("rate_a_day", Decimal(1)) for unit in ("/d", "per dag", "{inhalations}/d")},
    "mmol/L": ("concentration", Decimal(1)),
    "mmol/l": ("concentration", Decimal(1)),
    "%": ("share", Decimal(1)),
    "fL": ("cell_volume", Decimal(1)),
    "fl": ("cell_volume", Decimal(1)),
    "ug/L": ("mass_concentration", Decimal(1)),
    "µg/L": ("mass_concentration", Decimal(1)),
    "ng/mL": ("mass_concentration", Decimal(1)),
    "kg/m2": ("body_mass_index", Decimal(1)),
    **{unit: ("number", Decimal(1)) for unit in ("1", "", "{score}", "{count}")},
}
"""What a unit measures, and how many of the first unit of its kind go in it."""


def converted(number: Decimal, unit: str, wanted: str) -> Decimal | None:
    """Return a number in another unit; None when it does not go, or not exactly."""
    if unit == wanted:
        return number
    here, there = SIZES.get(unit), SIZES.get(wanted)
    if here is None or there is None or here[0] != there[0]:
        return None
    with localcontext() as exactly:
        exactly.traps[Inexact] = exactly.traps[DivisionByZero] = True
        try:
            return number * here[1] / there[1]
        except (Inexact, DivisionByZero):
            return None
