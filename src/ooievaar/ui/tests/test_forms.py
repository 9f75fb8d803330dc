"""Forms as they are drawn, answers that were signed, rows that are asked once."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from ooievaar.ui.bulk import ask_once, back_address, confirmed, picked_keys
from ooievaar.ui.check_answers import read_answers, sign_answers


@pytest.fixture(autouse=True)
def dutch() -> Iterator[None]:
    with translation.override("nl"):
        yield


class Leave(forms.Form):
    name = forms.CharField(label="Naam", help_text="Zoals in het paspoort.")
    note = forms.CharField(label="Toelichting", required=False, widget=forms.Textarea)
    secret = forms.CharField(label="Wachtwoord", widget=forms.PasswordInput)
    how = forms.ChoiceField(
        label="Hoe", widget=forms.RadioSelect, choices=[("a", "Per post"), ("b", "Zelf")]
    )
    sure = forms.BooleanField(label="Ik weet het zeker")
    hidden = forms.IntegerField(widget=forms.HiddenInput)

    def clean(self) -> None:
        self.add_error(None, "Deze maand is al afgesloten.")


def drawn(form: forms.Form) -> str:
    return render_to_string("ooievaar/form.html", {"form": form})


def test_a_new_form_has_no_summary_and_says_what_may_stay_empty() -> None:
    page = drawn(Leave())
    assert "error-summary" not in page and "aria-invalid" not in page
    assert page.count("mag leeg") == 1
    assert 'aria-describedby="id_name_helptext"' in page and 'id="id_name_helptext"' in page


def test_every_error_stands_on_top_and_leads_to_its_field() -> None:
    page = drawn(Leave({"note": "<b>bewaard</b>", "hidden": "x", "secret": "geheim-1"}))
    summary, _, fields = page.partition("</ul>")
    assert 'role="alert"' in summary and "data-focus" in summary
    assert "Deze maand is al afgesloten." in summary and "geheel getal" in summary
    links = re.findall(r'href="#([^"]+)"', summary)
    assert links == ["id_name", "id_how_0", "id_sure"]
    for link in links:
        assert fields.count(f' id="{link}"') == 1


def test_an_error_belongs_to_its_field_for_who_cannot_see_it() -> None:
    page = drawn(Leave({"note": "x"}))
    assert 'aria-invalid="true" aria-describedby="id_name_helptext id_name_error"' in page
    for described in re.findall(r'aria-describedby="([^"]+)"', page):
        for anchor in described.split():
            assert page.count(f'id="{anchor}"') == 1


def test_what_was_typed_stays_but_no_password() -> None:
    page = drawn(Leave({"note": "<b>bewaard</b>", "secret": "geheim-1", "how": "b"}))
    assert "&lt;b&gt;bewaard&lt;/b&gt;" in page
    assert "geheim-1" not in page
    assert re.search(r'value="b"[^>]* checked', page)


def test_a_browser_keeps_nothing_typed_unless_the_form_says_so() -> None:
    class Named(forms.Form):
        own = forms.CharField(widget=forms.TextInput(attrs={"autocomplete": "name"}))
        other = forms.CharField()

    page = drawn(Named())
    assert page.count('autocomplete="off"') == 1 and page.count('autocomplete="name"') == 1


def test_two_forms_on_a_page_share_no_id() -> None:
    page = drawn(Leave({}, prefix="a")) + drawn(Leave({}, prefix="b"))
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_what_is_confirmed_is_what_was_shown() -> None:
    answers = {"maand": "2026-10", "bedrag_cents": 123456, "met": ["a", None, True]}
    assert read_answers(sign_answers(answers, "afsluiten:7"), purpose="afsluiten:7") == answers


@pytest.mark.parametrize("damage", ["", "x", "other", "purpose", "cut", "swap"])
def test_answers_that_were_touched_are_not_read(damage: str) -> None:
    token = sign_answers({"bedrag_cents": 1}, "afsluiten:7")
    other = sign_answers({"bedrag_cents": 999}, "afsluiten:7")
    damaged = {
        "": "",
        "x": "x:y:z",
        "other": token.replace(token[3], "Z" if token[3] != "Z" else "Y", 1),
        "purpose": sign_answers({"bedrag_cents": 1}, "goedkeuren:7"),
        "cut": token[:-1],
        "swap": other.rsplit(":", 1)[0] + ":" + token.rsplit(":", 1)[1],
    }[damage]
    assert read_answers(damaged, purpose="afsluiten:7") is None


def test_answers_that_lay_open_too_long_are_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    token = sign_answers({"a": 1})
    import time

    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 29 * 60)
    assert read_answers(token) == {"a": 1}
    monkeypatch.setattr(time, "time", lambda: now + 31 * 60)
    assert read_answers(token) is None


def test_the_answers_page_warns_and_carries_the_token() -> None:
    context = {
        "heading": "Maand afsluiten",
        "answers": [("Maand", "<i>oktober</i>", "/maand/?x=1"), ("Verdeeld", "€ 12,50", "")],
        "action": "Sluit de maand af",
        "warning": "Dit is niet terug te draaien.",
        "token": sign_answers({"a": 1}),
        "hidden": [("maand", "2026-10")],
    }
    page = render_to_string("ooievaar/check_answers.html", context, RequestFactory().get("/"))
    assert page.count("Wijzigen") == 1 and 'href="/maand/?x=1"' in page
    assert "&lt;i&gt;oktober&lt;/i&gt;" in page
    assert page.index("Dit is niet terug te draaien.") < page.index("Sluit de maand af")
    assert 'name="antwoorden"' in page and 'name="maand" value="2026-10"' in page


def post(**data: Any) -> Any:
    return RequestFactory().post("/", data)


def test_rows_are_asked_once_and_then_confirmed() -> None:
    first = post(rij=["3", "1", "3"], terug="/lijst/?pagina=2")
    assert picked_keys(first) == ["3", "1"]
    assert confirmed(first, "weg:7") is None
    page = ask_once(first, "weg:7", "Weg?", [("3", "<b>Drie</b>")], "Weg ermee").content.decode()
    assert "&lt;b&gt;Drie&lt;/b&gt;" in page and 'href="/lijst/?pagina=2"' in page
    token = re.search(r'name="antwoorden" value="([^"]+)"', page)
    assert token is not None
    second = post(antwoorden=token[1])
    picked = confirmed(second, "weg:7")
    assert picked is not None and (picked.keys, picked.back) == (["3"], "/lijst/?pagina=2")
    assert confirmed(second, "weg:8") is None, "a confirmation of somebody else"


def test_nothing_picked_is_said_without_a_button() -> None:
    page = ask_once(post(terug="/x/"), "weg", "Weg?", [], "Weg ermee").content.decode()
    assert "Er is niets gekozen" in page and "Weg ermee" not in page


@pytest.mark.parametrize(
    "back",
    ["https://kwaad.example/", "//kwaad.example", "javascript:alert(1)", "/\\kwaad", "", "x"],
)
def test_the_way_back_never_leaves_the_house(back: str) -> None:
    assert back_address(post(terug=back), "/thuis/") == "/thuis/"


def test_a_help_panel_folds_the_help_of_a_page() -> None:
    source = "{% load ooievaar %}{% help_panel title %}<p>{{ x }}</p>{% end_help_panel %}"
    page = Template(source).render(Context({"x": "<b>", "title": "Wat <nu>?"}))
    assert "<details" in page and "<p>&lt;b&gt;</p>" in page and "Wat &lt;nu&gt;?" in page


def test_an_example_shows_the_code_that_was_run() -> None:
    inside = "<b>{{ x }}</b>{% if x %}!{% endif %}{# noot #}"
    source = '{% load ooievaar %}{% piece "Knop" %}' + inside + "{% end_piece %}"
    page = Template(source).render(Context({"x": "ja"}))
    assert "<b>ja</b>!" in page
    assert "&lt;b&gt;{{ x }}&lt;/b&gt;{% if x %}!{% endif %}{# noot #}" in page
