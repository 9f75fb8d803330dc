"""Members' own claims, from the file to the bundle: the same care once, billed when it is known."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from ooievaar.bundles.commands import derive_network
from ooievaar.bundles.models import Breaker, Disposition, Product
from ooievaar.claims.messages.kz301 import header_values, write_claims
from ooievaar.claims.messages.layout import shipped
from ooievaar.claims.messages.returns import Verdicts, write_return
from ooievaar.claims.messages.rows import ClaimRow
from ooievaar.cli import imports
from ooievaar.exchange.commands import load_region
from ooievaar.exchange.tests.region_rows import as_arrow, tiny_region
from ooievaar.network.models import Network
from ooievaar.record.models import CareActivity

pytestmark = pytest.mark.django_db

UNTIL = date(2026, 3, 1)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BSN = "111222333"


@pytest.fixture(autouse=True)
def region() -> None:
    """The tiny region, of which the practice registered an intake and one check (1 April)."""
    rows = tiny_region()
    rows["women"][0]["bsn"] = BSN
    rows["withdrawals"] = []
    load_region(as_arrow(rows), recorded_on=date(2025, 10, 6), today=UNTIL)


def claimed(reference: str, on: date, **changed: object) -> ClaimRow:
    values: dict[str, object] = {
        "reference": reference, "bsn": BSN, "birth_date": date(1993, 5, 14), "name": "Visser",
        "initials": "S", "house_number": 1, "postcode": "1234AB", "uzovi": "9001",
        "list_code": "032", "product_code": "V-CON", "starts_on": on, "ends_on": on, "units": 1,
        "tariff_cents": 40_00, "cents": 40_00, "agb": "08000001",
    }  # fmt: skip
    return ClaimRow(**(values | changed))  # type: ignore[arg-type]


def write(path: Path, *rows: ClaimRow) -> Path:
    layout = shipped()["VK301-3.2"]
    header = header_values(
        layout, agb="08000001", uzovi="9001", starts_on=date(2025, 4, 1),
        ends_on=date(2025, 5, 31), invoice_number="2025-05", dated=date(2025, 6, 1), is_test=True,
    )  # fmt: skip
    content = write_claims(layout, header, rows)
    assert isinstance(content, bytes), content
    path.write_bytes(content)
    return path


@pytest.fixture
def own_claims(tmp_path: Path) -> Path:
    """The practice claims the check that it registered, and one that it did not."""
    return write(
        tmp_path / "mei.asc", claimed("R1", date(2025, 4, 1)), claimed("R2", date(2025, 5, 6))
    )


def run(*words: str) -> Result:
    app = typer.Typer()
    imports.register(app)
    app.callback()(lambda: None)
    return CliRunner().invoke(app, ["import", *words])


def places(known_until: date = date(2099, 1, 1)) -> dict[str, str]:
    """Derive anew; where each activity ended."""
    derive_network(Network.objects.get(), until=UNTIL, known_until=known_until, now=NOW)
    rows = Disposition.objects.values_list("activity__source_reference", "disposition", "reason")
    return {reference.rpartition(":")[2]: f"{place}: {reason}" for reference, place, reason in rows}


def test_care_that_was_also_registered_counts_once(own_claims: Path) -> None:
    result = run("claims", str(own_claims), "--test")
    assert result.exit_code == 0, result.output
    assert "mei.asc: 2 activiteiten opgeslagen, 0 al bekend" in result.output
    assert places() == {
        "A-1": "in_product: member",
        "A-2": "in_product: member",
        "R1": "not_billable: duplicate",
        "R2": "in_product: member",
    }
    assert not Breaker.objects.exists()


def test_what_an_insurer_answered_breaks_the_bundle_from_the_day_it_is_known(
    own_claims: Path, tmp_path: Path
) -> None:
    assert run("claims", str(own_claims), "--test").exit_code == 0
    assert Product.objects.count() == 0
    places()
    (product,) = Product.objects.all()
    assert product.product == "prenatal"
    answered = write_return(
        own_claims.read_bytes(),
        Verdicts(answered_on=date(2025, 7, 1), insurer_reference="Z-9"),
    )
    assert isinstance(answered, bytes)
    (tmp_path / "antwoord.asc").write_bytes(answered)
    result = run("claims", str(tmp_path / "antwoord.asc"), "--test")
    assert result.exit_code == 0, result.output
    assert "antwoord op factuur 2025-05; 2 activiteiten gelden nu als al gedeclareerd" in (
        result.output
    )
    # The check that was registered as well is the same care: it too went the old way.
    assert places() == {
        "A-1": "in_product: member",
        "A-2": "breaks_bundle: member_billed",
        "R1": "not_billable: duplicate",
        "R2": "breaks_bundle: member_billed",
    }
    assert Breaker.objects.get().kind == "member_billed"
    # The activities themselves were not touched, and yesterday nobody knew.
    assert not CareActivity.objects.filter(billed_mono=True).exists()
    marked_on = CareActivity.objects.filter(billed_later__isnull=False)[0].billed_later.recorded_on
    assert places(known_until=marked_on)["A-2"] == "in_product: member"
    assert places(known_until=marked_on + timedelta(days=1))["A-2"].startswith("breaks_bundle")


def test_a_file_that_was_sent_is_billed_from_the_start(own_claims: Path) -> None:
    assert run("claims", str(own_claims), "--test", "--billed").exit_code == 0
    assert places()["R2"] == "breaks_bundle: member_billed"
    again = run("claims", str(own_claims), "--test", "--billed")
    assert "is al eens ingelezen; er is niets veranderd" in again.output


def test_each_file_stands_by_itself_and_a_bad_one_ends_with_status_two(
    own_claims: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "fout.asc"
    bad.write_bytes(b"geen bericht")
    faults = tmp_path / "fouten.csv"
    result = run("claims", str(bad), str(own_claims), "--test", "--faults", str(faults))
    assert result.exit_code == 2
    assert "fout.asc: geweigerd, er is niets van opgeslagen." in result.output
    assert "mei.asc: 2 activiteiten opgeslagen" in result.output
    assert faults.read_text(encoding="utf-8").startswith("bestand;rij;kolom")
    assert run("claims", str(tmp_path / "weg.asc")).exit_code == 2


def test_a_test_file_is_only_read_when_asked(own_claims: Path) -> None:
    result = run("claims", str(own_claims))
    assert result.exit_code == 2
    assert "--test" in result.output
    assert not CareActivity.objects.filter(source="claims").exists()


def test_a_table_of_codes_makes_a_file_readable(tmp_path: Path) -> None:
    path = write(tmp_path / "a.asc", claimed("R1", date(2025, 5, 6), product_code="12345"))
    refused = run("claims", str(path), "--test")
    assert refused.exit_code == 2 and "ooievaar import claim-codes" in refused.output
    table = tmp_path / "codes.csv"
    table.write_text("list_code;code;activity;valid_from\n032;12345;V-CON;2025-01-01\n")
    told = run("claim-codes", str(table))
    assert told.exit_code == 0, told.output
    assert "1 code ingelezen" in told.output
    assert "er is niets veranderd" in run("claim-codes", str(table)).output
    assert run("claims", str(path), "--test").exit_code == 0
    assert CareActivity.objects.get(source="claims").code == "V-CON"


def test_who_may_accept_good_rows_is_told_what_was_left_out(tmp_path: Path) -> None:
    path = write(tmp_path / "a.asc", claimed("R1", date(2025, 5, 6)),
                 claimed("R2", date(2025, 5, 7), product_code="V-NIE"))  # fmt: skip
    result = run("claims", str(path), "--test", "--accept-good-rows")
    assert result.exit_code == 0, result.output
    assert "1 activiteit opgeslagen, 0 al bekend, 0 ingetrokken door een creditregel, 1 geweigerd" \
        in result.output  # fmt: skip
    assert "V-NIE" in result.output
