"""Files made to harm whoever opens them are refused in words, quickly, and open nothing else."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from ooievaar.exchange.reading import read_content
from ooievaar.kernel.faults import Fault

LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "haha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "&a;" * 10}">' for n in range(12))
    + "]>"
)


def workbook() -> bytes:
    book = Workbook()
    book.active.append(["kolom", "ander"])
    book.active.append(["waarde", "tekst"])
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def with_part(name: str, change: Callable[[str], str]) -> bytes:
    """Return a workbook with one part of its archive changed."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook())) as old,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.namelist():
            content = old.read(part)
            new.writestr(part, change(content.decode()) if part == name else content)
    return packed.getvalue()


def declared(text: str, doctype: str, entity: str) -> str:
    """Put a DOCTYPE before the root, and a use of its entity in the first value."""
    start = text.index("<", text.index("?>") if "?>" in text else 0)
    return f"{text[:start]}{doctype}{text[start:]}".replace("kolom", f"kolom{entity}", 1)


SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"


def test_an_honest_workbook_opens() -> None:
    table = read_content("goed.xlsx", workbook())
    assert not isinstance(table, list)
    assert table.column("kolom").to_pylist() == ["waarde"]


@pytest.mark.parametrize("part", [SHEET, STRINGS, "xl/workbook.xml", "[Content_Types].xml"])
def test_entities_that_grow_do_not_grow_here(part: str) -> None:
    bomb = with_part(part, lambda text: declared(text, LAUGHS, "&a11;"))
    read = read_content("bom.xlsx", bomb)
    if isinstance(read, list):
        assert "geen Excelbestand" in str(read[0])
    else:
        assert "haha" not in str(read.to_pydict())


@pytest.mark.parametrize("part", [SHEET, STRINGS])
def test_a_file_of_this_computer_is_not_read_through_a_workbook(tmp_path: Path, part: str) -> None:
    secret = tmp_path / "geheim.txt"
    secret.write_text("sleutelwoord")
    doctype = f'<!DOCTYPE x [<!ENTITY uit SYSTEM "{secret.as_uri()}">]>'
    read = read_content("uit.xlsx", with_part(part, lambda text: declared(text, doctype, "&uit;")))
    told = str(read[0]) if isinstance(read, list) else str(read.to_pydict())
    assert "sleutelwoord" not in told


def test_a_small_workbook_that_unpacks_to_much_is_refused_before_it_is_unpacked() -> None:
    padding = "<!--" + "0" * 20_000_000 + "-->"
    bomb = with_part(SHEET, lambda text: text.replace("</worksheet>", f"{padding}</worksheet>"))
    assert len(bomb) < 100_000
    read = read_content("bom.xlsx", bomb)
    assert isinstance(read, list) and isinstance(read[0], Fault)
    assert "ten hoogste 200 keer zo groot" in str(read[0])


def test_an_archive_that_lies_about_its_size_is_refused() -> None:
    bomb = bytearray(with_part(SHEET, lambda text: text.replace("tekst", "tekst" * 1000)))
    with zipfile.ZipFile(io.BytesIO(bytes(bomb))) as archive:
        real = archive.getinfo(SHEET).file_size
    lied = bytes(bomb).replace(real.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    read = read_content("leugen.xlsx", lied)
    assert isinstance(read, list)
    assert "geen Excelbestand" in str(read[0])
