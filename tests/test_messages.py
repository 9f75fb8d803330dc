"""Both languages are complete: no text of the pages lacks its English, none is left over."""

import gettext
import io
import re
from pathlib import Path

from tools.messages import CODE, Message, compiled, read_catalogue, used_messages, write_catalogue


def test_every_text_of_the_pages_has_its_english() -> None:
    catalogue = read_catalogue()
    lacking = [m.singular for m in used_messages() if not all(catalogue.get(m, ("",)))]
    assert lacking == [], "python -m tools.messages --update, en vul het Engels in"


def test_no_text_of_a_template_is_passed_by() -> None:
    """Also inside blocks of our own, such as the help of a page."""
    known = {message.singular for message in used_messages()}
    written = {
        text
        for path in CODE.rglob("*.html")
        for text in re.findall(r'{% translate "([^"]+)"', path.read_text("utf-8"))
    }
    assert len(written) > 300
    assert written - known == set()


def test_the_catalogue_holds_no_text_that_is_gone() -> None:
    assert {message.singular for message in set(read_catalogue()) - used_messages()} == set()


def test_the_english_keeps_the_names_of_the_dutch() -> None:
    for message, english in read_catalogue().items():
        dutch = (message.singular, message.plural) if message.plural else (message.singular,)
        for text, translated in zip(dutch, english, strict=True):
            assert translated.count("%(") == text.count("%("), message


def test_a_catalogue_is_read_back_and_understood_by_gettext(tmp_path: Path) -> None:
    messages = {
        Message('Een "zin"\nover twee regels'): ("A sentence",),
        Message("%(n)s dag", "%(n)s dagen"): ("%(n)s day", "%(n)s days"),
        Message("Lopend", context="zwangerschap"): ("Ongoing",),
        Message("zonder"): ("",),
    }
    write_catalogue(messages, tmp_path / "django.po")
    assert read_catalogue(tmp_path / "django.po") == messages
    english = gettext.GNUTranslations(io.BytesIO(compiled(messages)))
    assert english.gettext('Een "zin"\nover twee regels') == "A sentence"
    assert english.ngettext("%(n)s dag", "%(n)s dagen", 2) == "%(n)s days"
    assert english.pgettext("zwangerschap", "Lopend") == "Ongoing"
    assert english.gettext("zonder") == "zonder"
