"""The statement as a document: what it says is what was stored, in figures that add up."""

import io
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pypdf
import pytest

from ooievaar.exchange.statements.compose import MOST_PARTS, compose
from ooievaar.exchange.statements.drawing import as_pdf, as_picture
from ooievaar.exchange.statements.workbook import as_workbook
from ooievaar.network.models import Network, Organisation
from ooievaar.settlement.ledger.commands import post
from ooievaar.settlement.models import ClosedProduct, Closing
from ooievaar.settlement.payments.tests.world import World
from ooievaar.settlement.statements.commands import Made, make_statements
from ooievaar.settlement.statements.models import Statement
from ooievaar.settlement.statements.queries import pseudonym
from ooievaar.settlement.tests.region import Region

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


def text(pdf: bytes) -> str:
    read = pypdf.PdfReader(io.BytesIO(pdf))
    told = "\n".join(page.extract_text() for page in read.pages)
    return " ".join(told.replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.fixture
def region(db: None) -> Region:
    """June is closed; in July it turns out that a gynaecologist had seen her."""
    made = Region()
    pregnancy = made.usual_care()
    made.close("2025-06")
    made.care(
        pregnancy, made.doctors, "G-CON", date(2025, 4, 10), recorded_on=date(2025, 7, 15),
        specialism="0307",
    )  # fmt: skip
    made.close("2025-07")
    post(made.network, AT)
    for month in ("2025-06", "2025-07"):
        assert isinstance(make_statements(made.network, month, AT), Made)
    return made


def statement(region: Region, name: str, month: str = "2025-07") -> Statement:
    found = Statement.objects.select_related("network", "organisation")
    return found.get(organisation__name=name, month=month)


def test_the_paper_says_what_was_stored(region: Region) -> None:
    one = statement(region, "Noord")
    told = text(as_pdf(one))
    assert one.number in told and "Noord" in told and "Afschrift juli 2025" in told
    assert "Eén product prenataal werd prenataal complex" in told
    assert "Nog niet gedeclareerd" in told and one.sha256[:16] in told
    assert "In deze dagen ging er geen betaling naar u uit." in told
    assert as_pdf(one) == as_pdf(one), "the same to the byte"
    assert as_picture(one)[:4] == b"\x89PNG"


def test_every_table_adds_up_to_its_sum(region: Region) -> None:
    for one in Statement.objects.select_related("network", "organisation"):
        for section in compose(one).sections:
            if section.table is None or section.heading.startswith("Naast"):
                continue
            running = 0
            for row in section.table.rows:
                amount = cents(row.cells[-1])
                if row.is_sum:
                    assert amount == running, (section.heading, row)
                    running = 0
                else:
                    running += amount


def cents(written: str) -> int:
    return int("".join(sign for sign in written if sign in "-0123456789"))


def test_of_many_causes_the_small_ones_stand_together(db: None) -> None:
    parts = [
        {"cause": "tariff", "product": f"p{n}", "was": "", "count": 0, "cents": 100 - n}
        for n in range(20)
    ]
    whole = sum(part["cents"] for part in parts)
    network = Network(kind="igo", name="IGO Papier")
    one = Statement(
        network=network, organisation=Organisation(agb="1", name="Praktijk"), month="2026-10",
        number="A1-2026-0001", day=date(2026, 10, 31), sha256="0" * 64, made_at=AT,
        figures={
            "since": "2026-10-01", "products": [], "accounts": {}, "held": [], "paid": [],
            "difference": {
                "month_before": "2026-09", "cents": whole, "cents_before": 0, "parts": parts
            },
            "old_system": {}, "income_cents": whole, "payable_cents": -5,
        },
    )  # fmt: skip
    sheet = compose(one)
    (table,) = [section.table for section in sheet.sections if section.heading.startswith("Het")]
    assert table is not None and len(table.rows) == MOST_PARTS + 1
    assert (
        sum(cents(row.cells[1]) for row in table.rows[:-1])
        == whole
        == cents(table.rows[-1].cells[1])
    )
    assert sheet.figures[-1].label == "Schuld"
    assert "Er wordt niets van u vastgehouden." in str(asdict(sheet))


def test_a_name_is_never_code(region: Region) -> None:
    organisation = region.north
    organisation.name = '#panic("x") $x$ = *Noord* \u200b\U0001f600'
    one = statement(region, "Noord")
    one.organisation = organisation
    told = text(as_pdf(one))
    assert '#panic("x")' in told and "*Noord*" in told


def test_a_spreadsheet_holds_every_line_and_no_name_that_is_not_for_them(region: Region) -> None:
    one = statement(region, "Ziekenhuis", "2025-06")
    book = openpyxl.load_workbook(io.BytesIO(as_workbook(one, AT)))
    assert book.sheetnames == ["Samenvatting", "Producten", "Regels"]
    lines = list(book["Regels"].iter_rows(min_row=2, values_only=True))
    amounts = [round(float(str(row[5])) * 100) for row in lines]
    assert sum(amounts) == one.figures["income_cents"]
    products = list(book["Producten"].iter_rows(min_row=2, values_only=True))
    assert sum(round(float(str(row[4])) * 100) for row in products) == sum(amounts)
    names = {str(row[0]) for row in lines}
    assert all(name.startswith("P-") for name in names), "it gave her no care"
    assert names == {pseudonym(region.ward, pk) for pk in _pregnancies(region)}


def _pregnancies(region: Region) -> set[int]:
    found = ClosedProduct.objects.filter(closing__network=region.network)
    return set(found.values_list("pregnancy_id", flat=True))


def test_in_english_the_figures_are_the_same(region: Region) -> None:
    one = statement(region, "Noord")
    dutch, english = compose(one), compose(one, "en")
    assert english.language == "en"
    assert [len(section.table.rows) if section.table else 0 for section in english.sections] == [
        len(section.table.rows) if section.table else 0 for section in dutch.sections
    ]
    amount = (
        dutch.figures[2].value.replace(".", "").replace(",", "").replace("\N{NO-BREAK SPACE}", "")
    )
    assert english.figures[2].value.replace(",", "").replace(".", "") == amount


def test_payments_are_told_and_what_came_back_too(db: None, tmp_path: Path) -> None:
    world = World(tmp_path, partners=2)
    first, second = world.partners
    world.earns(first, 12_345)
    world.earns(second, 500)
    run = world.sent()
    world.bank.comes_back(world.line(run, second).statement_number)
    world.told()
    Closing.objects.create(
        network=world.network, month="2026-03", known_until=date(2026, 4, 1), edition="2026",
        facts_hash="x", created_at=AT, summary={},
    )  # fmt: skip
    assert make_statements(world.network, "2026-03", AT) == Made("2026-03", 2, True)
    paid, back = (
        Statement.objects.select_related("network", "organisation").get(organisation=one)
        for one in (first, second)
    )
    assert paid.figures["accounts"]["partner_payable"]["closing"] == 0
    told = text(as_pdf(paid))
    assert world.line(run, first).statement_number in told and "€ 123,45" in told
    (table,) = [one.table for one in compose(back).sections if one.heading == "Betalingen"]
    assert table is not None
    assert [cents(row.cells[-1]) for row in table.rows] == [500, -500, 0]
    assert back.figures["accounts"]["partner_payable"]["closing"] == 500, "it is due again"
    as_workbook(back, AT)
