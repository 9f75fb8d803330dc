"""Why this amount, in three clicks; what a partner asks about it; and how it stands."""

import html
import re
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from ooievaar.contracts.models import MemberShare
from ooievaar.network.roles import Role
from ooievaar.record.access_log.models import AccessEvent
from ooievaar.settlement.commands import close_month
from ooievaar.settlement.ledger.commands import post
from ooievaar.settlement.models import Share
from ooievaar.settlement.statements.commands import Made, make_statements
from ooievaar.settlement.statements.models import Statement, StatementAnswer, StatementQuestion
from ooievaar.ui.templatetags.ooievaar import euro
from ooievaar.web.tests.inside import dutch, inside, region, second_of_november, text
from ooievaar.web.tests.small_region import NOW, Region
from ooievaar.web.tests.visiting import MOST_QUERIES, queries_of, seen

__all__ = ["dutch", "region", "second_of_november"]

OURS = "/ons-geld/"
PARTS = ("stand/", "verschil/", "vergelijking/", "vragen/", "afschriften/")
Login = Callable[[str], Client]


@pytest.fixture
def ours(region: Region) -> Login:
    """Come in as the administration of an organisation."""
    return lambda key: inside(region, Role.PRACTICE_ADMINISTRATOR, key)


def own(region: Region, key: str, reference: str, product: str, **known: object) -> Share:
    """Return what an organisation got of a product of one woman."""
    return Share.objects.get(
        organisation=region.organisations[key], kind="partner",
        product__pregnancy__reference=reference, product__product=product, **known,
    )  # fmt: skip


def line_of(share: Share) -> str:
    return f"{OURS}regel/{share.pk}/"


def links(page: str) -> list[tuple[str, str]]:
    """Return every link of a page as a reader sees it: where to, and its words."""
    found = re.findall(r'<a [^>]*href="([^"]*)"[^>]*>(.*?)</a>', page, re.DOTALL)
    return [(html.unescape(address), text(words).strip()) for address, words in found]


def followed(client: Client, page: str, words: str, at: str = OURS) -> str:
    """Click the first link with these words, and return the page behind it."""
    address = next(to for to, said in links(page) if said.startswith(words))
    return seen(client, at + address.partition("#")[0] if address[0] == "?" else address)


def amounts_of(client: Client, address: str) -> str:
    return text(seen(client, address))


def test_why_this_amount_is_answered_in_three_clicks(ours: Login, region: Region) -> None:
    """From the amount of a month to the amount of a line, which says why, to the care behind it."""
    client = ours("duin")
    share = own(region, "duin", "Z-001", "natal", product__is_correction=False)
    month = followed(client, seen(client, OURS), "september 2026")
    line = followed(client, month, text(euro(share.cents)))
    assert "Waarom € " in text(line) and str(text(euro(share.cents))) in text(line)
    words = text(line)
    product, off = share.product.total_cents, share.product.total_cents * 35 // 1_000
    for said in (
        text(euro(product)),
        "3,5 % naar de organisatie",
        "Dat blijft voor de disciplines",
        text(euro(product - off)),
        "Daarvan 45 % voor verloskundigen, een vast aandeel",
        text(euro(share.parameters["parent_cents"])),
        "vast aandeel 60 % van de discipline",
        "V-PAR",
        "nog niet gedeclareerd",
    ):
        assert said in words, said
    care = followed(client, line, "Begeleiding van de baring")
    assert "Waarom" in text(care) and "V-PAR" in text(care)


def test_a_line_of_another_is_refused_as_what_does_not_exist(ours: Login, region: Region) -> None:
    client = ours("duin")
    theirs = own(region, "linde", "Z-001", "natal", product__is_correction=False)
    refused, nothing = client.get(line_of(theirs)), client.get(f"{OURS}regel/99999999/")
    assert refused.status_code == nothing.status_code == 403
    assert text(refused.content.decode()) == text(nothing.content.decode())
    assert client.post(line_of(theirs), {"text": "Hoeveel kregen zij?"}).status_code == 403
    assert not StatementQuestion.objects.exists()
    assert client.get("/boekhouding/vragen/").status_code == 403
    assert inside(region, Role.CONTROLLER).get(line_of(theirs)).status_code == 200
    for role in (Role.MIDWIFE, Role.CHAIR, Role.QUALITY_OFFICER):
        assert inside(region, role).get(line_of(theirs)).status_code == 403


def test_whose_care_it_was_not_reads_a_pseudonym(ours: Login, region: Region) -> None:
    """Duinpad shares in the care of Linde's Fatima: its sum is told, and nothing of her."""
    client = ours("duin")
    share = Share.objects.filter(
        organisation=region.organisations["duin"], product__pregnancy__reference="Z-002"
    ).order_by("pk")[0]
    page = text(seen(client, line_of(share)))
    assert "Z-002" not in page and re.search(r"P-[2-9A-Z]{4}-[2-9A-Z]{4}", page)
    assert "verleende uw organisatie geen zorg" in page and "vast aandeel 60 %" in page
    for other in ("Linde", "Zeezicht", "Ooievaarsnest"):
        assert other not in page
    assert "Z-002" in text(seen(inside(region, Role.CONTROLLER), line_of(share)))


def test_a_line_that_fell_is_told_with_what_it_was(ours: Login, region: Region) -> None:
    """Saskia's consult came in late: her prenatal product changed after September."""
    changed = Share.objects.filter(
        organisation=region.organisations["duin"], kind="partner", product__is_correction=True
    ).order_by("pk")[0]
    page = text(seen(ours("duin"), line_of(changed)))
    before = changed.parameters["total_cents"] - changed.cents
    assert "correctie op een eerdere maand" in page and "Wat er veranderde:" in page
    assert f"Eerder kreeg u hiervan {text(euro(before))}" in page
    assert f"Het verschil, deze regel {text(euro(changed.cents))}" in page


def test_a_question_is_asked_answered_and_clear(ours: Login, region: Region) -> None:
    client, controller = ours("duin"), inside(region, Role.CONTROLLER)
    share = own(region, "duin", "Z-001", "natal", product__is_correction=False)
    empty = client.post(line_of(share), {"text": "  "})
    assert empty.status_code == 422 and "Er klopt nog iets niet" in empty.content.decode()
    asked = client.post(line_of(share), {"text": "Waarom geen complex product?"})
    question = StatementQuestion.objects.get()
    assert asked["Location"] == f"{OURS}vragen/{question.pk}/"
    again = client.post(line_of(share), {"text": "En nog eens."})
    assert again.status_code == 422 and "En nog eens." in again.content.decode(), "typed text stays"
    event = AccessEvent.objects.filter(object_type="money_question", kind="money").get()
    assert event.detail["step"] == "ask"

    waiting = text(seen(controller, "/boekhouding/vragen/"))
    assert (
        "Waarom geen complex product?" in waiting and "wacht op antwoord sinds vandaag" in waiting
    )
    thread = f"/boekhouding/vragen/{question.pk}/"
    assert inside(region, Role.APPROVER).post(thread, {"text": "Nee."}).status_code == 422
    controller.post(thread, {"text": "Er was geen verwijzing."})
    assert StatementAnswer.objects.get().kind == "answer"
    assert "antwoord op uw vraag" in text(seen(client, f"{OURS}stand/"))
    mine = f"{OURS}vragen/{question.pk}/"
    assert "Er was geen verwijzing." in seen(client, mine)
    client.post(mine, {"doe": "duidelijk"})
    assert "antwoord op uw vraag" not in text(seen(client, f"{OURS}stand/"))
    assert "duidelijk" in text(seen(client, f"{OURS}vragen/"))

    stranger = ours("linde")
    missing = stranger.get(f"{OURS}vragen/99999/")
    other = stranger.get(mine)
    assert other.status_code == missing.status_code == 403
    assert text(other.content.decode()) == text(missing.content.decode())
    assert "Waarom geen complex" not in seen(stranger, f"{OURS}vragen/")
    for address in (mine, f"{OURS}vragen/", line_of(share)):
        assert len(queries_of(client, address)) <= MOST_QUERIES, address
    for address in (thread, "/boekhouding/vragen/", line_of(share)):
        assert len(queries_of(controller, address)) <= MOST_QUERIES, address


def test_how_it_stands_why_it_differs_and_the_old_system(ours: Login, region: Region) -> None:
    post(region.network, NOW)
    client = ours("duin")
    whole = sum(
        Share.objects.filter(organisation=region.organisations["duin"], kind="partner").values_list(
            "cents", flat=True
        )
    )
    stands = text(seen(client, f"{OURS}stand/"))
    assert f"van {text(euro(whole))} die is verdeeld" in stands
    assert f"Vastgehouden {text(euro(whole))}" in stands and "nog niet gedeclareerd" in stands
    assert "niet op welke rekening" in stands
    difference = text(seen(client, f"{OURS}verschil/?maand=2026-10"))
    assert "oktober 2026 naast september 2026" in difference
    first = text(seen(client, f"{OURS}verschil/?maand=2026-09"))
    assert "de eerste afgesloten maand" in first
    beside = text(seen(client, f"{OURS}vergelijking/?jaar=2026"))
    assert "2026 naast de oude bekostiging" in beside and "Samen" in beside
    for part in ("", *PARTS):
        assert len(queries_of(client, OURS + part)) <= MOST_QUERIES, part
    piece = client.get(f"{OURS}stand/", headers={"hx-request": "true"}).content.decode()
    assert "<html" not in piece and "Vastgehouden" in piece


def test_a_month_that_takes_back_is_told_as_a_debt(ours: Login, region: Region) -> None:
    """The midwives divide anew, also what was divided before: Duinpad has less than it got."""
    duin = MemberShare.objects.get(organisation=region.organisations["duin"])
    MemberShare.objects.filter(pk=duin.pk).update(ppm=duin.ppm // 6)
    MemberShare.objects.filter(organisation=region.organisations["linde"]).update(
        ppm=1_000_000 - duin.ppm // 6
    )
    december = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
    close_month(region.network, "2026-11", known_until=date(2026, 12, 1), now=december)
    client = ours("duin")
    taken = Share.objects.filter(
        organisation_id=duin.organisation_id, product__closing__month="2026-11"
    )
    cents = sum(share.cents for share in taken)
    assert cents < 0
    page = text(seen(client, OURS))
    assert text(euro(cents)) in page
    told = text(seen(client, f"{OURS}verschil/"))
    assert "november 2026 naast oktober 2026" in told and text(euro(cents)) in told
    line = text(seen(client, line_of(taken.order_by("cents")[0])))
    assert "Het verschil, deze regel € -" in line and "vast aandeel 10 %" in line


def test_a_statement_leaves_as_a_file_and_is_noted(ours: Login, region: Region) -> None:
    client = ours("duin")
    assert "Nog geen afschrift" in seen(client, f"{OURS}afschriften/")
    post(region.network, NOW)
    for month in ("2026-09", "2026-10"):
        assert isinstance(make_statements(region.network, month, NOW), Made)
    page = seen(client, f"{OURS}afschriften/")
    files = [to for to, said in links(page) if said.startswith(("PDF", "XLSX"))]
    assert len(files) == 4
    for address, begins in ((files[0], b"%PDF"), (files[1], b"PK")):
        answer = client.get(address)
        assert answer.status_code == 200 and answer.content.startswith(begins)
        assert "attachment" in answer["Content-Disposition"]
        assert len(queries_of(client, address)) <= MOST_QUERIES, address
    noted = AccessEvent.objects.filter(object_type="money_statement", kind="export")
    assert {event.detail["file"] for event in noted} == {"pdf", "xlsx"}
    theirs = Statement.objects.filter(organisation=region.organisations["linde"])[0]
    assert client.get(f"{OURS}afschriften/{theirs.pk}.pdf").status_code == 403
    assert client.get(files[0].replace(".pdf", ".exe")).status_code == 403


def test_before_anything_is_closed_each_page_says_what_comes(ours: Login, region: Region) -> None:
    """Overstroom is no member and has no part in any month."""
    client = ours("stroom")
    for part in ("", *PARTS):
        page = seen(client, OURS + part)
        assert "€" not in text(page).replace("Wat staat hier?", "")
