"""Seeded random years of an agreement: nets, guarantees and reserves, short of money or not."""

from random import Random
from typing import Any

PPM = 1_000_000
SOURCES = ("safety_net", "reserve", "gainers")


def generate_year(seed: int) -> dict[str, Any]:
    """Return a year with up to four insurers and twelve partners, amounts in cents."""
    random = Random(seed)

    def cents(low: int = 0) -> int:
        return random.choice((0, 1, random.randint(low, 99), random.randint(low, 10**8)))

    def ppm() -> int:
        return random.choice((0, 1, 30_000, 500_000, PPM, random.randint(0, PPM)))

    financed_by = random.sample(SOURCES, random.randint(0, 3))
    return {
        "nets": [
            {
                "insurer": insurer,
                "income": cents(-(10**6)),
                "mono": cents(),
                "unknown": random.choice((0, 0, 2)),
                "corridor_ppm": ppm(),
                "share_ppm": ppm(),
            }
            for insurer in range(1, random.randint(1, 5))
        ],
        "partners": {
            partner: (cents(-(10**6)), random.choice((None, cents(), cents(), cents())))
            for partner in range(1, random.randint(1, 13))
        },
        "reserve": random.choice((cents(), cents(), -cents())),
        "ppm": random.choice((0, 950_000, 1_100_000, ppm())),
        "cap_ppm": ppm(),
        "financed_by": tuple(financed_by),
        "ceiling": random.choice((None, cents())),
        "release": random.choice(("members_decide", "above_ceiling")),
    }
