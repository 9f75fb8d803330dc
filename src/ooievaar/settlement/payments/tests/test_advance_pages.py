"""Advances through the pages: what comes in ahead, who gets it, and who decides."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from ooievaar.network.roles import Role
from ooievaar.settlement.payments.job_kinds import offset
from ooievaar.settlement.payments.models import AdvanceRun, InsurerAdvance, Loan
from ooievaar.settlement.payments.tests.test_advances import Lent
from ooievaar.settlement.payments.tests.visit import (
    AHEAD,
    RUNS,
    Visit,
    confirm,
    queries_of,
    said,
    words,
    worked,
)

pytestmark = pytest.mark.django_db
PROPOSE, CHECK = f"{AHEAD}voorstellen/", f"{AHEAD}controleren/"


class LentVisit(Visit):
    """The same people, in books with a closed month and a claim that is with the insurer."""

    def __init__(self, lent: Lent) -> None:
        self.lent = lent
        super().__init__(lent.world)

    def received(self, kind: str, who: int, euros: str, reference: str) -> str:
        typed = {"who": str(who), "euros": euros, "reference": reference,
                 "received_on": f"{self.lent.today}"}  # fmt: skip
        answer = self.controller.post(f"{AHEAD}ontvangst/{kind}/", typed)
        assert answer.status_code == 302, words(answer)
        return confirm(self.controller, f"{AHEAD}ontvangst/{kind}/controleren/")

    def decided_advances(self, run: AdvanceRun, decision: str = "goedkeuren") -> str:
        address = f"{AHEAD}{run.pk}/"
        asked = {"doe": "besluiten", "decision": decision, "reason": "te hoog"}
        answer = self.approver.post(address, asked)
        assert answer.status_code == 302, words(answer)
        return confirm(self.approver, f"{address}besluit/")


@pytest.fixture
def visit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LentVisit:
    lent = Lent(tmp_path)
    monkeypatch.setattr(timezone, "now", lambda: lent.now)
    return LentVisit(lent)


def test_a_month_of_advances_is_proposed_approved_and_shown_as_open(visit: LentVisit) -> None:
    visit.lent.terms(limit_cents=50_000, stop_after_months_without_care=3)
    page = said(visit.controller, AHEAD)
    assert "80 %" in page and "€ 500,00" in page and "stopt na 3 maanden" in page
    answer = visit.controller.post(PROPOSE, {"month": "2026-03", "percent": "", "note": "maart"})
    assert answer.headers.get("Location") == CHECK, words(answer)
    page = said(visit.controller, CHECK)
    assert "registreerde maanden geen zorg" in page and "Blijft over onder de grens" in page
    page = confirm(visit.controller, CHECK)
    assert "liggen klaar voor wie goedkeurt" in page
    run = AdvanceRun.objects.get()
    assert run.note == "maart" and run.limit_cents == 50_000
    assert "De voorschotten zijn goedgekeurd" in visit.decided_advances(run)
    assert len(queries_of(visit.approver, AHEAD)) <= 12
    assert len(queries_of(visit.approver, f"{AHEAD}{run.pk}/")) <= 12


def test_what_is_over_the_limit_is_refused_at_the_form(visit: LentVisit) -> None:
    visit.lent.terms(limit_cents=10_000)
    typed = {"month": "2026-03", "percent": "", "note": "x"}
    answer = visit.controller.post(PROPOSE, typed)
    assert answer.status_code == 422 and "€ 308,00 boven de grens" in words(answer)
    answer = visit.controller.post(PROPOSE, typed | {"percent": "90"})
    assert answer.status_code == 422 and "een kleiner deel" in words(answer)
    answer = visit.controller.post(PROPOSE, typed | {"percent": "19,5"})
    assert answer.headers.get("Location") == CHECK, words(answer)
    confirm(visit.controller, CHECK)
    assert AdvanceRun.objects.get().share_ppm == 195_000


def test_who_proposed_advances_does_not_approve_them(visit: LentVisit) -> None:
    visit.lent.terms()
    run = visit.lent.advances()
    answer = visit.controller.post(f"{AHEAD}{run.pk}/besluit/", {"antwoorden": "x"})
    assert answer.status_code == 403 and not run.steps.exists()
    visit.decided_advances(run, "afkeuren")
    assert "te hoog" in said(visit.controller, f"{AHEAD}{run.pk}/")


def test_an_insurers_advance_comes_in_is_divided_and_offset(visit: LentVisit) -> None:
    lent = visit.lent
    page = visit.received("verzekeraar", lent.insurers[0].pk, "300,00", "VOORSCHOT A")
    assert "Vastgelegd en geboekt." in page and "€ 300,00" in page
    advance = InsurerAdvance.objects.get()
    page = visit.received("verzekeraar", lent.insurers[0].pk, "300,00", "VOORSCHOT A")
    assert "al vastgelegd" in page and InsurerAdvance.objects.count() == 1
    answer = visit.controller.post(AHEAD, {"doe": "verdelen", "voorschot": advance.pk})
    assert answer.headers.get("Location") == CHECK
    assert "€ 140,25" in said(visit.controller, CHECK)
    confirm(visit.controller, CHECK)
    run = AdvanceRun.objects.get()
    assert run.insurer_advance == advance and run.cents == 25_500
    visit.decided_advances(run)
    lent.answered(lent.batch)
    visit.come_in()
    visit.controller.post(AHEAD, {"doe": "verrekenen"})
    worked("offset_advances", offset)
    page = said(visit.controller, AHEAD)
    assert "Van verzekeraars, nog te verrekenen € 0,00" in page


def test_what_the_rule_lets_through_is_not_called_held(visit: LentVisit) -> None:
    lent = visit.lent
    lent.answered(lent.batch)
    visit.come_in()
    visit.world.now, visit.world.today = lent.now, lent.today
    assert "vastgehouden: € 280,50 toegekend, nog niet betaald" in visit.looked("paid")
    lent.now += timedelta(minutes=1)
    assert "vastgehouden:" not in visit.looked("granted")
    lent.now += timedelta(minutes=1)
    run = visit.proposed("granted", deviates="de verzekeraar is traag")
    assert "vastgehouden:" not in said(visit.approver, f"{RUNS}{run.pk}/")


def test_a_loan_stands_open_for_its_lender(visit: LentVisit) -> None:
    page = visit.received("lening", visit.lent.hospital.pk, "1250", "LENING 1")
    assert "Ziekenhuis leende ons" in page and "€ 1.250,00" in page
    assert Loan.objects.get().cents == 125_000


def test_what_is_not_on_a_statement_is_said_before_it_is_booked(visit: LentVisit) -> None:
    lent = visit.lent
    typed = {"who": str(lent.hospital.pk), "euros": "500", "reference": "L",
             "received_on": "2026-03-03"}  # fmt: skip
    address = f"{AHEAD}ontvangst/lening/"
    visit.controller.post(address, typed)
    assert "nog op geen ingelezen afschrift" in said(visit.controller, f"{address}controleren/")
    visit.world.bank.tell(50_000)
    visit.world.now, visit.world.today = lent.now, lent.today
    visit.world.told()
    assert "nog op geen" not in said(visit.controller, f"{address}controleren/")


def test_only_the_controller_records_and_offsets(visit: LentVisit) -> None:
    for role in (Role.APPROVER, Role.DIRECTOR, Role.AUDITOR):
        client = visit.at(role)
        assert client.post(AHEAD, {"doe": "verrekenen"}).status_code == 403
        assert client.get(f"{AHEAD}ontvangst/lening/").status_code == 403
        assert client.get(PROPOSE).status_code == 403
        assert "Lening</a>" not in client.get(AHEAD).content.decode()
