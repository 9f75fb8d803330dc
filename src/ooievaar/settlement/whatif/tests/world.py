"""A small region with a closed year, and texts of agreements for it."""

from datetime import UTC, date, datetime

from ooievaar.contracts.agreements.importing import agreement_of_rows, write_imported
from ooievaar.contracts.agreements.writing import write
from ooievaar.contracts.models import Agreement
from ooievaar.network.models import Network, Organisation
from ooievaar.record.models import Pregnancy
from ooievaar.settlement.tests.region import Region
from ooievaar.settlement.whatif.commands import Asked, question, run_question
from ooievaar.settlement.whatif.models import Scenario

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
YEAR = 2025
Result = dict


class Year(Region):
    """A region in which two women gave birth in 2025, and that year can be closed."""

    def __init__(self, name: str = "IGO Ooievaarsnest") -> None:
        super().__init__(name)
        self.first = self.usual_care()
        self.second = self.later_care()

    def later_care(self) -> Pregnancy:
        """A birth in September, with care by the other practice and the hospital."""
        pregnancy = self.pregnancy(date(2025, 3, 3), date(2025, 9, 20), date(2025, 9, 15))
        self.care(pregnancy, self.south, "V-INT", date(2025, 3, 3))
        self.care(pregnancy, self.south, "V-CON", date(2025, 5, 5))
        self.care(pregnancy, self.north, "V-PAR", date(2025, 9, 15))
        self.care(pregnancy, self.south, "V-PP", date(2025, 9, 19))
        for day in (17, 18):
            self.care(pregnancy, self.night, "KZ-UUR", date(2025, 9, day), duration_minutes=180)
        return pregnancy

    def closed(self, *months: str):
        """Close the months that matter, the last of the year with them."""
        for month in months or ("2025-06", "2025-09", "2025-12"):
            self.close(month)
        write_imported(NOW)
        return self

    def text(self, *pairs: tuple[str, str], agreement: Agreement | None = None) -> str:
        """The text that divides, each first one replaced by its second."""
        text = write(agreement_of_rows(agreement or self.agreement))
        for old, new in pairs:
            assert old in text, f"{old}\n{text}"
            text = text.replace(old, new, 1)
        return text

    def run(self, text: str = "", tariffs: str = "", year: int | None = YEAR) -> Result:
        """Run a scenario; nothing is kept."""
        return run_question(question(self.network, Asked(year, text=text, tariffs=tariffs)))


def blank_scenario(network: Network) -> Scenario:
    """A scenario in which nothing was to divide: for who only asks who may open its page."""
    steps = ("closed", "of_other_years", "closed_elsewhere", "changed_since", "changed_products")
    result = {
        **{name: [0, 0] for name in ("cents", "products")},
        **{name: [] for name in ("partners", "by_product", "sold")},
        **{"kinds": {}, "reserve": {}, "guarantee": [None, None], "years_apart": 0},
        "bridge": {**dict.fromkeys((*steps, "divided"), 0), "moved": []},
    }
    return Scenario.objects.create(
        network=network, kind="agreement", year=YEAR, title="Leeg", result=result, at=NOW
    )


def incomes(result: Result) -> dict[str, tuple[int, int]]:
    """What each partner got and would have got, by name."""
    names = dict(Organisation.objects.values_list("id", "name"))
    return {names[row["organisation"]]: (row["before"], row["after"]) for row in result["partners"]}
