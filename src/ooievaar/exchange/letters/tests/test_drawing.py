"""The drawn letter: what is in it can be read back, looks the same twice, and is never code."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pypdf
import pytest

from ooievaar.exchange.letters.drawing import INSTEAD, as_pdf, as_picture
from ooievaar.exchange.letters.parts import Contacts, Fact, Letter, Part, Section

AT = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)


def letter(name: str = "Noor Jansen", *sections: Section) -> Letter:
    return Letter(
        reference="Z-1",
        title="Overdracht aan de huisarts",
        about="Zwangerschap Z-Noor, uitgerekend 09-11-2026",
        copy="Kopie",
        sender=("De Linde", "Verloskundigen · AGB 08010001", "Sanne de Vries, verloskundige"),
        receiver="de huisarts",
        made="gemaakt 01-10-2026 14:00",
        footer=f"{name}, geboren 12-03-1994",
        name=name,
        identity=(Fact("Geboren", "12-03-1994"), Fact("BSN", "123456782")),
        summary=(Fact("Uitgerekend", "09-11-2026", "± 3 dagen"),),
        sections=sections,
        colophon=("Deze brief is een kopie.",),
    )


def read(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf))


def text(pdf: bytes) -> str:
    pages = "\n".join(page.extract_text() for page in read(pdf).pages)
    return re.sub(r"\s+", " ", pages)


def facts(*values: str) -> Section:
    rows = tuple(Fact(f"Bevinding {n}", value, "01-04-2026") for n, value in enumerate(values))
    return Section("Bevindingen", (Part("", rows),))


def test_what_it_says_can_be_read_back() -> None:
    table = Contacts(("Datum", "Bovendruk"), (("01-04-2026", "120"), ("01-05-2026", "135")))
    drawn = as_pdf(letter("Noor Jansen", facts("penicilline"), Section("Controles", (
        Part("Prenatale controle", (), table),
    ))), AT)  # fmt: skip
    said = text(drawn)
    for words in (
        "Overdracht aan de huisarts", "Noor Jansen", "123456782", "± 3 dagen", "penicilline",
        "Bovendruk", "01-05-2026 135", "kopie", "bladzijde 1 van 1", "Sanne de Vries",
    ):  # fmt: skip
        assert words in said or words.upper() in said, words


def test_it_is_tagged_dutch_and_has_a_title() -> None:
    found = read(as_pdf(letter(), AT))
    catalogue = found.root_object
    assert str(catalogue["/Lang"]).startswith("nl")
    assert catalogue["/MarkInfo"]["/Marked"].value is True
    assert "/StructTreeRoot" in catalogue
    assert found.metadata is not None
    assert found.metadata.title == "Overdracht aan de huisarts"
    xmp = catalogue["/Metadata"].get_data().decode()
    assert "pdfuaid" in xmp


def test_the_same_letter_at_the_same_moment_is_the_same_file() -> None:
    assert as_pdf(letter(), AT) == as_pdf(letter(), AT)
    assert as_pdf(letter(), AT) != as_pdf(letter(), AT + timedelta(days=1))
    assert as_pdf(letter("Noor"), AT) != as_pdf(letter("Saar"), AT)


@pytest.mark.parametrize(
    "name",
    [
        '#eval("1+1")',
        "*vet* _schuin_ `code` $x^2$",
        "<label> @bron \\u{41} // weg /* weg */",
        '"]; panic() #[',
        "= Kop",
        '#read("/etc/hostname")',
    ],
)
def test_no_text_of_a_woman_is_code(name: str) -> None:
    said = text(as_pdf(letter(name, facts(name)), AT))
    assert said.count(name) == 3, "in the box, in the findings and on the foot of the page"


def test_names_of_everywhere_are_written() -> None:
    name = "Łucja Şükran Ñuñez Đặng Ђорђе Ελένη"
    assert name in text(as_pdf(letter(name), AT))


def test_a_sign_that_no_font_has_is_a_box_and_the_letter_says_so() -> None:
    said = text(as_pdf(letter("李娜", facts("blij 😀\x00\x07", "\ud800half")), AT))
    assert f"{INSTEAD}{INSTEAD}" in said
    assert f"blij {INSTEAD}" in said
    assert "half" in said
    assert "niet bestaan" in said
    assert "niet bestaan" not in text(as_pdf(letter(), AT))


def test_a_long_text_goes_on_over_pages_and_every_page_says_whose_it_is() -> None:
    long = "\n".join(f"regel {n}" for n in range(200))
    pages = read(as_pdf(letter("Noor Jansen", facts(long)), AT)).pages
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        said = re.sub(r"\s+", " ", page.extract_text())
        assert "Noor Jansen, geboren 12-03-1994" in said
        assert f"bladzijde {number} van {len(pages)}" in said
    assert "regel 199" in text(as_pdf(letter("Noor Jansen", facts(long)), AT))


def test_an_empty_letter_is_a_letter() -> None:
    bare = replace(letter(), summary=(), sections=(), colophon=())
    assert "Noor Jansen" in text(as_pdf(bare, AT))


def test_it_can_be_looked_at() -> None:
    assert as_picture(letter(), AT).startswith(b"\x89PNG")
