"""What somebody begins with who writes an agreement; and where a fault of a text stands in it."""

from datetime import date

import pytest

from ooievaar.contracts.agreements import commands
from ooievaar.contracts.agreements.beginning import text_to_begin_with
from ooievaar.contracts.agreements.importing import write_imported
from ooievaar.contracts.agreements.reading import read_agreement
from ooievaar.contracts.agreements.tests.region import AT, TODAY, Region
from ooievaar.contracts.agreements.tests.texts import TEXT, changed
from ooievaar.contracts.models import Agreement, AgreementVersion, DisciplineShare, MemberRule
from ooievaar.network.models import Membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def region() -> Region:
    return Region()


def test_a_network_without_an_agreement_begins_as_the_old_system_paid(region: Region) -> None:
    text = text_to_begin_with(region.network, None, TODAY)
    said = read_agreement("tekst", text)
    assert (said.valid_from, said.valid_until) == (date(2027, 1, 1), date(2028, 1, 1))
    assert {party.agb for party in said.parties} == set(region.organisations)
    assert said.rule_for("natal").method == "mono_pro_rata"
    assert said.examples and commands.faults_of(region.network, text) == []


def test_who_takes_no_part_in_the_funding_is_no_party(region: Region) -> None:
    Membership.objects.filter(organisation__agb="41999002").update(kind="outside_funding")
    Membership.objects.filter(organisation__agb="08999003").update(valid_until=date(2027, 1, 1))
    said = read_agreement("tekst", text_to_begin_with(region.network, None, TODAY))
    assert {"41999002", "08999003"}.isdisjoint(party.agb for party in said.parties)


def test_the_newest_text_is_the_beginning_letter_by_letter(region: Region) -> None:
    text = f"# zoals besproken\n{TEXT}"
    made = commands.add_version(region.network, text, person=region.writer, at=AT)
    assert isinstance(made, AgreementVersion)
    assert text_to_begin_with(region.network, made, TODAY) == text


def test_rows_without_examples_begin_with_worked_ones(region: Region) -> None:
    row = Agreement.objects.create(
        network=region.network, title="Oud", valid_from=date(2025, 1, 1), overhead_ppm=30_000
    )
    DisciplineShare.objects.create(
        agreement=row, product="natal", discipline="midwives", ppm=1_000_000, method="performed"
    )
    MemberRule.objects.create(agreement=row, discipline="midwives", method="performed")
    by_rows = text_to_begin_with(region.network, None, TODAY)
    (imported,) = write_imported(AT)
    assert text_to_begin_with(region.network, imported, TODAY) == by_rows
    assert commands.faults_of(region.network, by_rows) == []
    assert "Eén product nataal van € 1.000,00" in by_rows


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("      De Eerste Stap: € 342,22", "      De Eerste Stap: € 1,00"),
        ('    Het Nest: "08999002"', '    Het Nest: "08999012"'),
        ("netwerk: IGO Waterland", "netwerk: IGO Elders"),
        ("  - naam: Ziekenhuis Verderop", "  - naam: Ziekenhuis Elders # 06999008"),
    ],
)
def test_what_is_wrong_by_name_or_amount_has_its_line_too(region: Region, old, new) -> None:
    from ooievaar.network.models import Organisation

    if "Elders #" in new:
        Organisation.objects.filter(agb="06999008").delete()
    text = changed((old, new))
    (fault,) = commands.faults_of(region.network, text)
    assert text.splitlines()[fault.row - 1] == new
