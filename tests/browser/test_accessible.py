"""Every page, for whom it opens, in both themes and languages, on a desk, a tablet and a phone."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.urls import reverse

from ooievaar.network.roles import Role
from tests.access.table import CLOSED, rows
from tests.access.test_matrix import pages
from tests.browser.conftest import Site, visiting
from tests.browser.soundness import HEIGHT, WIDTHS, faults_of, told, unfitting

pytestmark = [pytest.mark.browser]

NO_PAGES = {
    "health", "readiness", "set_language", "keep_draft", "letter",
    "pathway_schema", "pathway_yaml", "example_yaml", "try_text_on_woman", "claim_file",
    "claims_bulk", "agreement_schema", "agreement_yaml", "journal_beancount",
    "payment_file", "our_statement_file",
}  # fmt: skip
"""What gives no page by itself: a part of one, a file, an answer to what was sent."""
IN_BETWEEN = {
    "check_closing", "decide_closing", "check_fix", "check_prepare", "decide_batch",
    "check_payment_run", "decide_payment_run", "send_payment_run", "check_advances",
    "decide_advances", "check_receipt", "check_bank_account", "decide_bank_account",
    "check_our_account", "check_proposal", "decide_proposal",
}  # fmt: skip
"""Pages that stand only midway: the stories of `test_days.py` look at them."""
LEADS_ON = {"home", "month", "remark_on_agreement"}
SMALLER = {"rulebook": "?deel=rules"}
"""A part of a page that repeats one pattern some hundreds of times."""

LOOKS_FIRST = {"decide_care_shift": Role.DIRECTOR}
"""Who looks at a page that leads the first role it opens for to another one."""


@dataclass(frozen=True, slots=True)
class Look:
    """A page as a role sees it: its name, what follows its address, how it answers.

    `of` is one of the women of `record_world`; without her it is about Johanna.
    """

    name: str
    role: Role
    query: str = ""
    status: int = 200
    things: dict[str, Any] = field(default_factory=dict)
    of: str = ""

    def __str__(self) -> str:
        things = "".join(f" {thing}" for thing in (*self.things.values(), self.of) if thing)
        return f"{self.name}{self.query}{things} {self.role}"


def written(form: str) -> dict[str, str]:
    """Name the form that is filled in."""
    return {"form": form}


ALSO = (
    Look("home", Role.CHAIR),
    Look("today", Role.KRAAM_CARER),
    Look("pregnancies", Role.CONTROLLER),
    Look("pregnancies", Role.PRACTICE_ADMINISTRATOR),
    Look("pregnancies", Role.MIDWIFE, "?zoek=niemand"),
    Look("pregnancy", Role.CONTROLLER),
    Look("pregnancy", Role.KRAAM_CARER),
    Look("pregnancy", Role.PRACTICE_ADMINISTRATOR),
    Look("pregnancy", Role.SONOGRAPHER, things={"pregnancy_id": 999_999}, status=403),
    Look("pregnancy", Role.CONTROLLER, things={"pregnancy_id": 3}),
    Look("pregnancy", Role.CONTROLLER, things={"pregnancy_id": 4}),
    Look("why_activity", Role.CONTROLLER),
    Look("why_product", Role.CONTROLLER),
    Look("why_breaker", Role.CONTROLLER),
    Look("involved", Role.MIDWIFE, "?doe=team"),
    Look("involved", Role.KRAAM_CARER, "?doe=consent"),
    Look("who_looked", Role.QUALITY_OFFICER),
    Look("access_log", Role.AUDITOR),
    Look("access_log", Role.MIDWIFE, status=403),
    Look("month_page", Role.CONTROLLER, "?partners=alle", things={"month": "2026-09"}),
    Look("month_page", Role.DIRECTOR, things={"month": "2026-11"}, status=404),
    Look("month_page", Role.REPRESENTATIVE),
    Look("month_page", Role.CONTROLLER, things={"month": "2026-8"}, status=404),
    Look("close_month", Role.CONTROLLER, things={"month": "2026-11"}),
    Look("jobs", Role.APPROVER),
    Look("people", Role.PRACTICE_ADMINISTRATOR),
    Look("new_person", Role.PRACTICE_ADMINISTRATOR),
    Look("way_in", Role.ADMINISTRATOR, things={"what": "tweede-stap"}),
    Look("rulebook", Role.PURCHASER, "?zoek=niets-van-dit-alles"),
    Look("today", Role.GYNAECOLOGIST),
    Look("pregnancy", Role.MIDWIFE, of="lotte"),
    Look("record", Role.MIDWIFE, "?alles", of="lotte"),
    Look("record", Role.KRAAM_CARER, of="aisha"),
    Look("record", Role.SONOGRAPHER, of="mila"),
    Look("record", Role.SONOGRAPHER, of="roos", status=403),
    Look("new_entry", Role.MIDWIFE, things=written("prenatal_contact"), of="mila"),
    Look("new_entry", Role.MIDWIFE, things=written("obstetric_history"), of="roos"),
    Look("new_entry", Role.MIDWIFE, things=written("birth_child"), of="mila"),
    Look("new_entry", Role.MIDWIFE, things=written("laboratory"), of="roos"),
    Look("new_entry", Role.SONOGRAPHER, things=written("ultrasound"), of="mila"),
    Look("new_entry", Role.KRAAM_CARER, things=written("kraam_day"), of="aisha"),
    Look("new_entry", Role.KRAAM_CARER, things=written("ultrasound"), of="aisha", status=403),
    Look("entry", Role.MIDWIFE, "?vergissing", of="roos"),
    Look("correct_entry", Role.MIDWIFE, of="roos"),
    Look("growth", Role.SONOGRAPHER, of="mila"),
    Look("growth", Role.MIDWIFE, of="eva"),
    Look("plan", Role.MIDWIFE, of="roos"),
    Look("plan", Role.GYNAECOLOGIST, of="mila"),
    Look("plan_pathways", Role.MIDWIFE, of="mila"),
    Look("handover", Role.MIDWIFE, of="lotte"),
    Look("handover", Role.MIDWIFE, "?doe=overdracht", of="lotte"),
    Look("referral", Role.GYNAECOLOGIST, "?doe=antwoorden", of="lotte"),
    Look("conversation", Role.MIDWIFE, of="lotte"),
    Look("conversation", Role.MIDWIFE, "?doe=gesprek", of="lotte"),
    Look("conversation", Role.MIDWIFE, "?doe=taak", of="lotte"),
    Look("meetings", Role.GYNAECOLOGIST, "?doe=nieuw"),
    Look("meeting", Role.GYNAECOLOGIST, of="lotte"),
    Look("meeting", Role.GYNAECOLOGIST, "?doe=notulen", of="lotte"),
    Look("buddies", Role.MIDWIFE, "?doe=koppelen"),
    Look("calendar", Role.MIDWIFE, "?doe=afspraak"),
    Look("sharing", Role.KRAAM_CARER, of="aisha"),
    Look("full_wards", Role.GYNAECOLOGIST, "?doe=melden"),
    Look("full_wards", Role.CONTROLLER),
    Look("pathways", Role.CHAIR),
    Look("pathway", Role.CHAIR, things={"pathway_key": "basis"}),
    Look("care_shifts", Role.DIRECTOR),
    Look("care_shift", Role.DIRECTOR),
)


def first_of(row: dict[Role, str]) -> Role:
    """Return the first role that a page opens for."""
    return next(role for role in Role if row[role] != CLOSED)


def looks() -> list[Look]:
    """Return every page for the first role that it opens for, and the others worth a look."""
    found = [
        Look(name, LOOKS_FIRST.get(name) or first_of(row), SMALLER.get(name, ""))
        for name, row in rows().items()
        if row and name not in NO_PAGES | IN_BETWEEN | LEADS_ON
    ]
    return sorted([*found, *ALSO], key=lambda look: look.role)


class Windows:
    """One window at a time: kept as long as the same person looks in the same way."""

    def __init__(self, browser: Any, site: Site) -> None:
        self._browser, self._site = browser, site
        self._stack = ExitStack()
        self._open: tuple[str, str, str] | None = None
        self._page: Any = None

    def of(self, role: Role, language: str, theme: str) -> Any:
        """Return the window of somebody in a role."""
        if (role, language, theme) != self._open:
            self.close()
            visit = self._stack.enter_context(visiting(self._browser, self._site))
            self._page = visit("", role=role, language=language, theme=theme)
            self._open = (role, language, theme)
        told(self._page)
        self._page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
        return self._page

    def close(self) -> None:
        """Close the window that is open."""
        self._stack.close()
        self._open = None


@pytest.fixture(scope="module")
def windows(browser: Any, site: Site) -> Iterator[Windows]:
    opened = Windows(browser, site)
    yield opened
    opened.close()


def open_look(page: Any, site: Site, look: Look) -> None:
    """Open a page and see that it is the page that was asked for."""
    things = site.things[look.role] | site.of_page.get(look.name, {})
    things |= site.women.get(look.of, {}) | look.things
    asked = pages()[look.name].pattern.converters
    address = reverse(look.name, kwargs={key: things[key] for key in asked}) + look.query
    answer = page.visit(address)
    assert (answer.status, answer.url) == (look.status, site.address + address)
    forget_refusal(page, look.status)


def forget_refusal(page: Any, status: int) -> None:
    """Leave out what the browser itself says of a page that was refused or is not there."""
    if status >= 400:
        page.complaints[:] = [said for said in page.complaints if str(status) not in said]


def test_every_page_is_looked_at() -> None:
    seen = {look.name for look in looks()}
    assert seen == set(pages()) - NO_PAGES - IN_BETWEEN - (LEADS_ON - {"home"})


@pytest.mark.parametrize("look", looks(), ids=str)
def test_every_page_is_sound(windows: Windows, site: Site, look: Look) -> None:
    """Nothing for axe to find, no complaint of the browser, no sideways scroll, no other host."""
    page = windows.of(look.role, "nl", "light")
    open_look(page, site, look)
    assert faults_of(page) == []


@pytest.mark.parametrize("look", looks(), ids=str)
def test_every_page_fits_in_english_and_is_dark_from_the_start(
    windows: Windows, site: Site, look: Look
) -> None:
    page = windows.of(look.role, "en", "dark")
    open_look(page, site, look)
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    assert unfitting(page) == []


SIGNING_IN = (
    ("", 2, "account_login"),
    ("", 2, "socialaccount_login_cancelled"),
    ("", 2, "socialaccount_login_error"),
    ("", 2, "account_inactive"),
    ("new", 1, "account_change_password"),
    ("half", 1, "mfa_activate_totp"),
    ("known", 2, "account_change_password"),
    ("known", 2, "account_logout"),
    ("known", 2, "account_reauthenticate"),
    ("known", 2, "mfa_reauthenticate"),
    ("known", 2, "mfa_index"),
    ("known", 2, "mfa_deactivate_totp"),
    ("known", 2, "usersessions_list"),
    ("two places", 2, "workplace"),
)


@pytest.mark.parametrize(("who", "steps"), sorted({(who, steps) for who, steps, _ in SIGNING_IN}))
def test_the_pages_of_signing_in_are_sound(
    open_page: Callable[..., Any], who: str, steps: int
) -> None:
    dutch = open_page("", who=who, steps=steps)
    english = open_page("", who=who, steps=steps, language="en", theme="dark")
    wrong = []
    for name in [name for *comes_in, name in SIGNING_IN if comes_in == [who, steps]]:
        for page, faults in ((dutch, faults_of), (english, unfitting)):
            page.visit(reverse(name))
            assert page.url.endswith(reverse(name)), name
            forget_refusal(page, 401)
            wrong += [f"{name} {fault}" for fault in faults(page)]
    assert wrong == []


def test_recovery_codes_are_sound_when_they_are_made_and_after(
    open_page: Callable[..., Any],
) -> None:
    page = open_page(reverse("mfa_generate_recovery_codes"), who="known")
    wrong = faults_of(page)
    page.locator("main button").click()
    page.locator("code").first.wait_for()
    wrong += faults_of(page)
    page.visit(reverse("mfa_view_recovery_codes"))
    assert page.locator("code").count() == 0
    assert wrong + faults_of(page) == []


def test_what_went_wrong_at_the_door_is_sound(open_page: Callable[..., Any], site: Site) -> None:
    page = open_page("/aanmelden/")
    page.get_by_label("Gebruikersnaam").fill("kaat")
    page.get_by_label("Wachtwoord").fill("iets anders dan het was")
    page.get_by_role("button", name="Aanmelden").click()
    page.locator(".error-summary").wait_for()
    wrong = faults_of(page)
    page.get_by_label("Wachtwoord").fill(site.passwords["known"])
    page.get_by_role("button", name="Aanmelden").click()
    page.wait_for_url("**/aanmelden/code/**")
    wrong += faults_of(page)
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Verder").click()
    page.locator(".error-summary").wait_for()
    assert wrong + faults_of(page) == []


def test_who_works_nowhere_is_told_so(open_page: Callable[..., Any]) -> None:
    page = open_page("/", who="nowhere")
    assert page.locator("h1").inner_text() == "U heeft hier nog geen functie"
    forget_refusal(page, 403)
    assert faults_of(page) == []


def test_a_page_that_is_not_there_is_sound_too(open_page: Callable[..., Any]) -> None:
    page = open_page("/nergens/")
    forget_refusal(page, 404)
    assert faults_of(page) == []
