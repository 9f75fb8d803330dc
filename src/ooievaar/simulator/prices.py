"""Invented money of a synthetic region: tariffs, price list and shares. None of it is real.

The tariffs are of the size of what the old way would pay for the same care, so that no outcome of
the simulator says that integral funding pays better or worse.
"""

BASE_YEAR = 2025
INDEX_PPM = 35_000  # [own] 3.5 % a year

TARIFF_CENTS = {
    "early_end": 32_500,
    "prenatal": 117_500,
    "prenatal_complex": 267_500,
    "natal": 89_500,
    "natal_on_request": 147_000,
    "natal_complex": 222_000,
    "postnatal": 32_500,
    "postnatal_complex": 107_000,
    "kraamzorg_hour": 6_110,
}
"""Per product (kraamzorg: per hour), price level of `BASE_YEAR`."""

INSURER_FACTOR_PPM = (1_000_000, 985_000, 1_020_000, 1_005_000, 995_000)

UNPRICED = ("K-CON", "199803")
"""Codes that the price list leaves out on purpose, so that "unknown" occurs."""

PRICE_LIST_CENTS = {
    "V-ECT": 4_850, "V-ECS": 4_050, "V-CTG": 9_800, "V-UIT": 9_850, "V-ACP": 8_200,
    "E-TER": 4_850, "E-STR": 16_900, "E-GRO": 5_200, "E-LIG": 3_900, "E-GUO": 29_500,
    "L-HB": 310, "L-MCV": 290, "L-FER": 620, "L-GLU": 330, "L-OGT": 1_450, "L-BLG": 1_180,
    "L-RHD": 1_260, "L-IEA": 1_390, "L-HBS": 890, "L-HIV": 1_050, "L-LUE": 840, "L-RUB": 990,
    "L-URI": 560, "L-TSH": 780, "L-KWK": 1_650, "377881C": 19_500,
    "G-CON": 14_500, "G-HER": 9_900, "G-DAG": 24_500, "G-OPN": 47_500, "G-CTG": 8_900,
    "G-IND": 38_000, "G-SEC": 246_000, "037651": 142_000, "037652": 168_000, "037653": 191_000,
    "037751": 169_000, "037752": 189_000, "037753": 204_000, "037610": 21_000, "037590": 96_000,
    "039683": 31_500, "190036": 61_500, "190037": 64_000, "G-KVM": 98_000, "G-KBD": 43_500,
    "G-NAC": 12_500, "G-ECH": 8_400, "G-HCO": 118_000,
}  # fmt: skip
"""The old way, per act, for everyone; price level of `BASE_YEAR`."""

OUTSIDE_PRICE_PPM = 1_080_000
"""The outside hospital has prices of its own for what is most expensive."""
OUTSIDE_PRICED = ("G-SEC", "037651", "037751", "G-OPN", "G-CON")

OVERHEAD_PPM = 30_000

SHARES_PPM: dict[str, dict[str, tuple[int, str]]] = {
    "early_end": {
        "midwives": (700_000, "performed"),
        "gynaecologists": (80_000, "fixed_share"),
        "hospital": (140_000, "fixed_share"),
        "ultrasound": (80_000, "performed"),
    },
    "prenatal": {
        "midwives": (435_000, "performed"),
        "ultrasound": (380_000, "performed"),
        "gynaecologists": (10_000, "fixed_share"),
        "hospital": (115_000, "fixed_share"),
        "kraamzorg": (60_000, "performed"),
    },
    "prenatal_complex": {
        "midwives": (135_000, "performed"),
        "ultrasound": (165_000, "performed"),
        "gynaecologists": (200_000, "fixed_share"),
        "hospital": (475_000, "fixed_share"),
        "kraamzorg": (25_000, "performed"),
    },
    "natal": {
        "midwives": (630_000, "performed"),
        "gynaecologists": (10_000, "fixed_share"),
        "hospital": (50_000, "fixed_share"),
        "kraamzorg": (310_000, "performed"),
    },
    "natal_on_request": {
        "midwives": (370_000, "performed"),
        "gynaecologists": (10_000, "fixed_share"),
        "hospital": (330_000, "fixed_share"),
        "kraamzorg": (190_000, "performed"),
        "other": (100_000, "performed"),
    },
    "natal_complex": {
        "midwives": (60_000, "performed"),
        "gynaecologists": (260_000, "fixed_share"),
        "hospital": (680_000, "fixed_share"),
    },
    "postnatal": {
        "midwives": (960_000, "performed"),
        "gynaecologists": (10_000, "fixed_share"),
        "hospital": (30_000, "fixed_share"),
    },
    "postnatal_complex": {
        "midwives": (275_000, "performed"),
        "gynaecologists": (100_000, "fixed_share"),
        "hospital": (625_000, "fixed_share"),
    },
    "kraamzorg_hour": {"kraamzorg": (1_000_000, "performed")},
}
"""Per product what each discipline gets after overhead (about what the old way would pay it)."""


def indexed_cents(cents: int, year: int, factor_ppm: int = 1_000_000) -> int:
    """Return an amount of `BASE_YEAR` at the price level of another year, in whole cents."""
    grown = cents * factor_ppm
    million = 1_000_000
    for _ in range(abs(year - BASE_YEAR)):
        if year > BASE_YEAR:
            grown = grown * (million + INDEX_PPM) // million
        else:
            grown = grown * million // (million + INDEX_PPM)
    return grown // million
