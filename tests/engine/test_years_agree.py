"""Two readings of the end of a year: safety nets, guarantee, reserve, and their entries."""

from collections import Counter

from tests.engine.comparing import year_by_oracle, year_by_rules
from tests.engine.years import generate_year


def test_both_readings_settle_a_year_alike_and_every_entry_is_nothing_in_all() -> None:
    met: Counter[str] = Counter()
    for seed in range(1_500):
        year = generate_year(seed)
        ours, theirs = year_by_oracle(year), year_by_rules(year)
        assert ours == theirs, f"python -m proof.two_engines --year {seed}"
        assert all(sum(amounts.values()) == 0 for amounts in theirs["entries"].values())
        met.update(name for name, told in ours.items() if told)
        met.update(source for source, cents in ours["paid"].items() if cents)
        met["provisional"] += any(found[4] for found in ours["corridors"].values())
        met["a claim that stays"] += any(ours["claims"].values())
    for name in ("unpaid", "charged", "released", "to_decide", "safety_net", "reserve", "gainers"):
        assert met[name] > 20, name
    assert met["provisional"] > 20
    assert met["a claim that stays"] > 20
