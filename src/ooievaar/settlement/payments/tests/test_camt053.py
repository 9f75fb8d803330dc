"""Statements of the bank: what is read, and what is refused before anything is stored."""

from pathlib import Path

import pytest

from ooievaar.kernel.faults import Fault
from ooievaar.settlement.payments.camt053 import LARGEST_BYTES, Statement, read_camt053
from ooievaar.settlement.payments.models import BankStatement
from ooievaar.settlement.payments.statements_in import FOREIGN, GAP, TWICE, take_statements
from ooievaar.settlement.payments.tests.world import World, camt

IBAN = "NL91ABNA0417164300"


def entry(cents: str = "1.00", sign: str = "CRDT", more: str = "", **other: str) -> str:
    currency, status = other.get("currency", "EUR"), other.get("status", "<Cd>BOOK</Cd>")
    return (
        f'<Ntry><Amt Ccy="{currency}">{cents}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'
        f"<Sts>{status}</Sts><BookgDt><DtTm>2026-03-03T10:00:00</DtTm></BookgDt>{more}</Ntry>"
    )


def statement(closing: int, *entries: str, opening: int = 0) -> bytes:
    return camt(IBAN, "S1", opening, closing, "".join(entries))


def read(content: bytes) -> Statement:
    found = read_camt053("s.xml", content)
    assert not isinstance(found, Fault), str(found)
    [one] = found
    return one


def fault(content: bytes) -> str:
    found = read_camt053("s.xml", content)
    assert isinstance(found, Fault)
    return str(found)


def test_amounts_are_whole_cents_with_their_sign_and_an_overdrawn_balance_is_negative() -> None:
    found = read(statement(-50, entry("12.3"), entry("7", "DBIT"), entry("5.80", "DBIT")))
    assert [one.cents for one in found.movements] == [1_230, -700, -580]
    assert found.closing_cents == -50 and found.iban == IBAN


def test_what_is_not_booked_yet_is_left_out_and_the_older_edition_is_read_too() -> None:
    content = statement(100, entry("1.00", status="BOOK"), entry("9.00", status="<Cd>PDNG</Cd>"))
    assert [one.cents for one in read(content.replace(b"001.08", b"001.02")).movements] == [100]


def test_an_entry_of_many_is_read_in_its_parts() -> None:
    def part(reference: str, cents: str) -> str:
        return (
            f"<TxDtls><Refs><EndToEndId>{reference}</EndToEndId></Refs>"
            f'<Amt Ccy="EUR">{cents}</Amt></TxDtls>'
        )

    both = f"<NtryDtls>{part('A', '1.50')}{part('B', '0.50')}</NtryDtls>"
    found = read(statement(-200, entry("2.00", "DBIT", both)))
    assert [(one.end_to_end, one.cents) for one in found.movements] == [("A", -150), ("B", -50)]
    assert "200 cent" in fault(statement(-201, entry("2.01", "DBIT", both))).replace("201", "200")


def test_a_whole_file_is_known_by_its_name_and_a_return_by_its_reason() -> None:
    batch = "<NtryDtls><Btch><PmtInfId>OOIEVAAR-1</PmtInfId></Btch></NtryDtls>"
    back = (
        "<NtryDtls><TxDtls><Refs><EndToEndId>A</EndToEndId></Refs>"
        "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf></TxDtls></NtryDtls>"
    )
    whole, returned = read(
        statement(0, entry("1.00", "DBIT", batch), entry("1.00", "CRDT", back))
    ).movements
    assert whole.batch == "OOIEVAAR-1"
    assert (returned.is_return, returned.return_code, returned.end_to_end) == (True, "AC04", "A")


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">&b;</Document>'
)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (BOMB, "DOCTYPE"),
        (BOMB.decode().replace('version="1.0"', 'version="1.0" encoding="UTF-16"').encode("utf-16"),
         "DOCTYPE"),
        (b"<Document", "geen heel XML"),
        (b"", "geen heel XML"),
        (b"\x00\xff", "geen heel XML"),
        (b"<html/>", "een ander soort bestand"),
        (statement(0).replace(b"camt.053", b"pain.001"), "een ander soort bestand"),
        (statement(0).replace(b"Stmt>", b"Rpt>"), "geen afschrift"),
        (statement(1, entry("1.00")), "het saldo verschilt 1"),
        (statement(100, entry("1.00", currency="USD")), "een andere munt"),
        (statement(100, entry("1.001")), "een deel van een cent"),
        (statement(100, entry("-1.00")), "geen bedrag"),
        (statement(100, entry("1e2")), "geen bedrag"),
        (statement(100, entry("\u0661.00")), "geen bedrag"),
        (statement(100, entry("1.00", "X")), "geen bij of af"),
        (statement(0).replace(b"OPBD", b"XXXX"), "geen saldo"),
        (statement(0).replace(b"2026-03-03", b"03-03-2026"), "geen dag"),
        (statement(0).replace(IBAN.encode(), b""), "niets of te lang"),
        (b" " * (LARGEST_BYTES + 1), "te groot"),
    ],
)  # fmt: skip
def test_hostile_or_broken_files_are_refused(content: bytes, told: str) -> None:
    assert told in fault(content)


def test_an_entity_from_a_file_is_not_read() -> None:
    content = (
        b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">&a;</Document>'
    )
    assert "DOCTYPE" in fault(content)


@pytest.fixture
def world(tmp_path: Path, db: None) -> World:
    return World(tmp_path / "bank")


def test_a_payment_that_came_back_is_due_again_and_waits_for_another_account(
    world: World,
) -> None:
    north, south = world.partners
    for partner in world.partners:
        world.earns(partner, 500)
    run = world.sent()
    line = world.line(run, north)
    world.bank.comes_back(line.statement_number)
    world.told()
    assert [(s.state, s.code) for s in line.statuses.order_by("pk")] == [
        ("confirmed", ""),
        ("returned", "AC04"),
    ]
    assert world.stands("partner_payable", north) == -500 == world.stands("bank")
    world.next_day()
    world.earns(south, 1)
    again = world.sent()
    assert world.line(again, north).outcome == "returned_before"
    world.account(north, valid_from=world.today)
    world.next_day()
    assert world.line(world.sent(), north).cents == 500


def test_a_return_that_offset_an_advance_takes_the_offset_back_too(world: World) -> None:
    north, _ = world.partners
    world.has_ahead(north, 200)
    world.earns(north, 500)
    run = world.sent()
    assert world.line(run, north).cents == 300 and world.stands("partner_advance", north) == 0
    world.bank.comes_back(world.line(run, north).statement_number)
    world.told()
    assert world.stands("partner_advance", north) == 200
    assert world.stands("partner_payable", north) == -500


def test_a_run_that_the_bank_tells_as_one_is_executed_whole(world: World) -> None:
    for partner in world.partners:
        world.earns(partner, 500)
    run = world.sent()
    world.bank.news, world.bank.news_cents = [], 0
    world.bank.tell(-1_000, batch=f"OOIEVAAR-{run.number}")
    [taken] = world.told()
    assert taken.entries.get().match == "batch"
    assert run.steps.filter(state="confirmed").exists()
    assert all(line.statuses.get().state == "confirmed" for line in run.lines.all())


def test_another_amount_or_a_second_time_settles_nothing_and_is_shown(world: World) -> None:
    north, _ = world.partners
    world.earns(north, 500)
    run = world.sent()
    reference = world.line(run, north).statement_number
    world.bank.tell(-500, reference)
    world.bank.tell(499, reference)
    world.bank.tell(-7)
    [taken] = world.told()
    matches = list(taken.entries.order_by("number").values_list("match", flat=True))
    assert matches == ["payment", "mismatch", "mismatch", "other"]
    assert world.stands("bank") == -500 and world.line(run, north).statuses.count() == 1


def test_a_statement_of_somebody_else_twice_or_after_a_gap_is_refused(world: World) -> None:
    def take(reference: str, opening: int, iban: str = world.own.iban) -> object:
        content = camt(iban, reference, opening, opening, "")
        taken = take_statements(world.network, "s.xml", content, world.now)
        return getattr(taken, "reason", taken)

    assert take("S1", 0, IBAN) == FOREIGN
    assert isinstance(take("S1", 100), list)
    assert take("S1", 100) == TWICE
    assert take("S3", 101) == GAP
    assert BankStatement.objects.filter(network=world.network).count() == 1
    assert isinstance(take("S2", 100), list)
