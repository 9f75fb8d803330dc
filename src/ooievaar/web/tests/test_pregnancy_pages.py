"""What each role sees of pregnancies, and what it does not: list, page and why."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ooievaar.bundles.models import Breaker, Disposition, Product
from ooievaar.network.roles import CARE_ROLES, WHOLE_NETWORK_ROLES, Role
from ooievaar.network.tests.people import come_in
from ooievaar.record.access_log.models import AccessEvent, Kind
from ooievaar.record.models import (
    BreakGlass,
    CareActivity,
    Consent,
    Pregnancy,
    TreatmentRelation,
    Woman,
)
from ooievaar.settlement.models import Share
from ooievaar.web.pregnancy_roles import PREGNANCY_ROLES, PRODUCT_ROLES
from ooievaar.web.tests.inside import (
    dutch,
    held,
    inside,
    listed,
    page,
    pregnancy,
    region,
    second_of_november,
    text,
)
from ooievaar.web.tests.small_region import BSNS, NOW, Region
from ooievaar.web.tests.visiting import MOST_QUERIES, queries_of, seen

EUROS = ("€", "&euro;", "EUR")
__all__ = ["dutch", "region", "second_of_november"]
TOKEN = re.compile(r"\b[A-Za-z0-9]{64}\b")


def why_addresses() -> list[str]:
    return [
        *(f"/waarom/activiteit/{row.activity_id}/" for row in Disposition.objects.all()),
        *(f"/waarom/product/{row.product_no}/" for row in Product.objects.all()),
        *(f"/waarom/breker/{row.pk}/" for row in Breaker.objects.all()),
    ]


def opened(client: Client, addresses: list[str]) -> list[str]:
    """Return the pages that open to this client; the others must refuse it."""
    answers = [client.get(address) for address in addresses]
    assert {answer.status_code for answer in answers} <= {200, 403}
    return [answer.content.decode() for answer in answers if answer.status_code == 200]


def consent(reference: str, source: Any, recipient: Any, is_given: bool = True) -> None:
    Consent.objects.create(
        woman=pregnancy(reference).woman,
        source=source,
        recipient=recipient,
        is_given=is_given,
        recorded_at=NOW,
    )


def test_a_midwife_sees_whom_her_practice_treats_and_nobody_else(region: Region) -> None:
    assert listed(inside(region, Role.MIDWIFE)) == ["Z-001", "Z-006"]
    assert listed(inside(region, Role.MIDWIFE, "linde")) == ["Z-002", "Z-003", "Z-004"]
    assert listed(inside(region, Role.SONOGRAPHER, "echo")) == [f"Z-00{n}" for n in range(1, 6)]
    assert listed(inside(region, Role.CONTROLLER)) == [f"Z-00{n}" for n in range(1, 7)]
    assert listed(inside(region, Role.PRACTICE_ADMINISTRATOR, "kraam")) == [
        f"Z-00{n}" for n in range(1, 4)
    ]


def test_what_is_not_yours_is_refused_as_what_does_not_exist(region: Region) -> None:
    """A guessed number tells nothing: not that the woman, the activity or the breaker is there."""
    midwife = inside(region, Role.MIDWIFE)
    of_noor = Disposition.objects.filter(pregnancy__reference="Z-004").earliest("id")
    broken = Breaker.objects.filter(pregnancy__reference="Z-003").earliest("id")
    for known, unknown in (
        (page("Z-004"), "/zwangeren/99999/"),
        (f"/waarom/activiteit/{of_noor.activity_id}/", "/waarom/activiteit/99999999/"),
        (f"/waarom/breker/{broken.pk}/", "/waarom/breker/99999/"),
    ):
        answers = [midwife.get(address) for address in (known, unknown)]
        assert [answer.status_code for answer in answers] == [403, 403]
        told = [text(answer.content.decode()) for answer in answers]
        assert told[0] == told[1]
        assert "Noor" not in told[0] and "Z-004" not in told[0]


def test_a_consult_that_was_asked_opens_the_record(region: Region) -> None:
    gynaecologist = inside(region, Role.GYNAECOLOGIST, "gyn")
    assert gynaecologist.get(page("Z-004")).status_code == 403
    TreatmentRelation.objects.create(
        pregnancy=pregnancy("Z-004"),
        organisation=region.organisations["gyn"],
        basis="consult",
        valid_from=NOW.date(),
        question="Groeit zij goed?",
    )
    assert "Noor Visser" in seen(gynaecologist, page("Z-004"))
    assert "Z-004" in listed(gynaecologist)
    assert "Groeit zij goed?" in seen(gynaecologist, "/vandaag/rest/")


def test_kraamzorg_sees_its_own_care_until_she_consents_and_then_its_elements(
    region: Region,
) -> None:
    carer, kraam = inside(region, Role.KRAAM_CARER, "kraam"), region.organisations["kraam"]
    html = seen(carer, page("Z-001"))
    assert set(re.findall(r"\b[A-Z]{1,2}-[A-Z]{2,3}\b", text(html))) == {"KZ-UUR"}
    assert "Gynaecologen" not in html and "Echocentrum" not in html
    known = Disposition.objects.filter(pregnancy__reference="Z-001")
    own = known.filter(activity__organisation=kraam).count()
    assert f"{known.count() - own} verrichtingen van andere organisaties" in text(html)

    consent("Z-001", None, kraam)
    after = seen(carer, page("Z-001"))
    shown = set(re.findall(r"/waarom/activiteit/(\d+)/", after))
    seen_codes = set(
        CareActivity.objects.filter(pk__in=shown)
        .exclude(organisation=kraam)
        .values_list("code", flat=True)
    )
    assert seen_codes and "V-PAR" in seen_codes
    assert "G-CON" not in seen_codes and "G-CON" not in after
    assert len(shown) > own


def test_an_objection_takes_entries_out_of_everything_the_page_says(region: Region) -> None:
    """Out of the line, the table, the spoken text and the explanation of other outcomes."""
    midwife, gyn = inside(region, Role.MIDWIFE), region.organisations["gyn"]
    consulted = CareActivity.objects.get(woman__reference="W-001", code="G-CON")
    assert "G-CON" in seen(midwife, page("Z-001"))
    consent("Z-001", gyn, region.organisations["duin"], is_given=False)
    html = seen(midwife, page("Z-001"))
    for trace in ("G-CON", "Gynaecologen Zeezicht", "12-05-2026", f"/{consulted.pk}/"):
        assert trace not in html
    assert "niet zichtbaar" in html
    assert midwife.get(f"/waarom/activiteit/{consulted.pk}/").status_code == 403


def test_who_sees_all_the_money_sees_no_woman_by_name(region: Region) -> None:
    women = list(Woman.objects.all())
    secrets = [woman.name for woman in women] + list(BSNS) + [f"***{bsn[-3:]}" for bsn in BSNS]
    secrets += ["12-03-1994", "1994-03-12"]
    addresses = ["/zwangeren/", "/zwangeren/?uitvoer=csv&kolommen=referentie,naam,duur"]
    addresses += ["/zwangeren/?kolommen=naam,contact&sorteer=naam"]
    addresses += [page(f"Z-00{n}") for n in range(1, 7)] + why_addresses()
    for role in sorted(WHOLE_NETWORK_ROLES):
        client = inside(region, role)
        for address in addresses if role == Role.CONTROLLER else addresses[:5]:
            html = seen(client, address)
            assert "Z-00" in html
            for secret in secrets:
                assert secret not in html, (role, address, secret)
        assert listed(client, "zoek=noor") == []


def test_who_gives_care_sees_no_euro(region: Region) -> None:
    for role, organisation in (
        (Role.MIDWIFE, "duin"),
        (Role.MIDWIFE, "linde"),
        (Role.GYNAECOLOGIST, "gyn"),
        (Role.KRAAM_CARER, "kraam"),
    ):
        client = inside(region, role, organisation)
        addresses = ["/vandaag/", "/zwangeren/", "/zwangeren/?kolommen=waarde,aandeel"]
        addresses += [f"/zwangeren/{row.pk}/" for row in Pregnancy.objects.all()]
        pages = opened(client, addresses + why_addresses())
        assert len(pages) > 5
        for html in pages:
            said = TOKEN.sub("", html)  # by chance it holds three letters of a currency
            assert not any(euro in said for euro in EUROS)
            assert "/waarom/product/" not in html
        product = Product.objects.earliest("id")
        assert client.get(f"/waarom/product/{product.product_no}/").status_code == 403


def test_a_practice_administrator_sees_own_care_and_own_shares(region: Region) -> None:
    client, duin = inside(region, Role.PRACTICE_ADMINISTRATOR), region.organisations["duin"]
    html = seen(client, page("Z-001"))
    assert "Saskia Jansen" in html
    shown = set(map(int, re.findall(r"/waarom/activiteit/(\d+)/", html)))
    of_others = CareActivity.objects.filter(pk__in=shown).exclude(organisation=duin)
    assert shown and not of_others.exists()
    assert "verrichtingen van andere organisaties zijn niet zichtbaar" in text(html)

    amounts = set(re.findall(r"€\s*[\d.]+,\d\d", text(html)))
    own: dict[str, int] = {}
    for share in Share.objects.filter(product__pregnancy__reference="Z-001", organisation=duin):
        own[share.product.key] = own.get(share.product.key, 0) + share.cents
    assert len(amounts) == len(set(own.values())) > 0
    euros = {int(re.sub(r"\D", "", amount)) for amount in amounts}
    assert euros == set(own.values())

    product = Product.objects.get(product="prenatal_complex", pregnancy__reference="Z-001")
    why = text(seen(client, f"/waarom/product/{product.product_no}/"))
    assert "1.397,00" not in why and "985,00" not in why
    assert "Een verrichting van een andere organisatie" in why and "G-CON" not in why
    assert "Ziekenhuis Zeezicht" not in why


def test_evidence_that_may_not_be_seen_is_only_counted(region: Region) -> None:
    breaker = Breaker.objects.filter(pregnancy__reference="Z-003", evidence__len__gt=0).first()
    breaker = breaker or Breaker.objects.filter(pregnancy__reference="Z-003").earliest("id")
    assert breaker.evidence
    kraam = inside(region, Role.KRAAM_CARER, "kraam")
    html = text(seen(kraam, f"/waarom/breker/{breaker.pk}/"))
    assert "van een andere organisatie" in html or "van andere organisaties" in html
    assert "Ziekenhuis Verderop" not in html and "037651" not in html
    controller = inside(region, Role.CONTROLLER)
    assert "Ziekenhuis Verderop" in seen(controller, f"/waarom/breker/{breaker.pk}/")


def test_the_banner_says_who_how_far_and_how_sure(region: Region) -> None:
    html = text(seen(inside(region, Role.MIDWIFE, "linde"), page("Z-004")))
    assert "Noor Visser Z-004" in html and "******010" in html
    assert BSNS[3] not in html
    assert "31+1 ± 2 d · Praktijk De Linde, 27-05-2026" in html
    assert "Uitgerekend 03-01-2027" in html
    assert "Risico niet vastgelegd" in html
    assert "Route Integraal" in html


def test_an_end_that_nobody_wrote_down_gives_no_duration(
    region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(days=365))
    midwife = inside(region, Role.MIDWIFE, "linde")
    assert "niet vast te stellen" in seen(midwife, page("Z-004"))
    assert listed(midwife, "uitgerekend=zonder-einde") == ["Z-004"]


def test_the_emergency_button_shows_until_when_it_is_open(region: Region) -> None:
    midwife = held(region, Role.MIDWIFE)
    client = come_in(Client(), midwife)
    assert client.get(page("Z-004")).status_code == 403
    BreakGlass.objects.create(
        person=midwife.person,
        organisation=region.organisations["duin"],
        role=Role.MIDWIFE,
        pregnancy=pregnancy("Z-004"),
        reason="Spoed, niet aanspreekbaar",
        opened_at=NOW,
        open_until=NOW + timedelta(hours=4),
    )
    html = text(seen(client, page("Z-004")))
    assert "Geopend met de noodknop, tot 02-11-2026 14:00" in html
    assert AccessEvent.objects.latest("number").controls.endswith("T")
    assert "open tot 02-11-2026 14:00" in text(seen(client, "/vandaag/rest/"))
    assert "noodknop, tot" not in seen(client, page("Z-001"))


def test_what_was_not_derived_yet_has_a_banner_and_says_so(region: Region) -> None:
    new = region.pregnancy("Iris Vos", 0, "duin", NOW.date(), NOW.date() + timedelta(days=200))
    TreatmentRelation.objects.create(
        pregnancy=new,
        organisation=region.organisations["duin"],
        basis="care",
        valid_from=NOW.date(),
    )
    midwife = inside(region, Role.MIDWIFE)
    html = seen(midwife, page("Z-007"))
    assert "Iris Vos" in html and "Nog niet afgeleid" in html
    assert "Iris Vos" in seen(midwife, "/vandaag/rest/").split('id="new"')[1]


def test_a_script_in_a_name_or_a_question_stays_text(region: Region) -> None:
    woman = pregnancy("Z-006").woman
    woman.name = "<script>alert(1)</script>"
    woman.save()
    TreatmentRelation.objects.create(
        pregnancy=pregnancy("Z-006"),
        organisation=region.organisations["duin"],
        basis="consult",
        valid_from=NOW.date(),
        question="<img src=x onerror=alert(1)>",
    )
    midwife = inside(region, Role.MIDWIFE)
    for address in ("/vandaag/rest/", "/zwangeren/", page("Z-006")):
        html = seen(midwife, address)
        assert "&lt;script&gt;alert(1)" in html
        assert "<script>alert" not in html and "<img src=x" not in html


def test_the_list_is_searched_and_filtered_from_the_address(region: Region) -> None:
    controller = inside(region, Role.CONTROLLER)
    assert listed(controller, "zoek=z-004") == ["Z-004"]
    assert listed(controller, "stand=breaker") == ["Z-003"]
    assert listed(controller, "route=old_way") == ["Z-005"]
    assert listed(controller, "stand=open") == ["Z-003", "Z-004", "Z-006"]
    assert listed(controller, "stand=closed") == ["Z-001", "Z-002"]
    assert listed(controller, "zwanger=nu") == ["Z-004", "Z-005", "Z-006"]
    assert listed(controller, "zwanger=voorbij") == ["Z-001", "Z-002", "Z-003"]
    assert len(listed(controller, "stand=onzin&pagina=99&route=%00")) == 6
    midwife = inside(region, Role.MIDWIFE, "linde")
    assert listed(midwife, "zoek=z-003") == ["Z-003"]
    assert listed(midwife, "stand=breaker") == ["Z-003"]
    html = seen(midwife, "/zwangeren/?sorteer=uitgerekend")
    assert html.index("Z-002") < html.index("Z-003") < html.index("Z-004")


def test_a_file_holds_what_the_screen_shows(region: Region) -> None:
    for role in (Role.MIDWIFE, Role.PRACTICE_ADMINISTRATOR, Role.CONTROLLER):
        client = inside(region, role, "linde")
        for query in (
            "",
            "zoek=z-00&stand=breaker",
            "sorteer=referentie&kolommen=referentie,route",
        ):
            html = seen(client, f"/zwangeren/?{query}")
            file = seen(client, f"/zwangeren/?{query}&uitvoer=csv")
            head, *lines = file.lstrip("\ufeff").splitlines()
            shown = [text(one).strip() for one in re.findall(r'<th scope="col".*?</th>', html)]
            assert [name.strip('"') for name in head.split(";")] == shown
            found = re.findall(r'<th scope="row"><a[^>]*>(Z-00\d)', html)
            assert [line.split(";")[0].strip('"') for line in lines] == found
            event = AccessEvent.objects.latest("number")
            women = Woman.objects.filter(pregnancies__reference__in=found)
            assert event.kind == Kind.EXPORT
            assert event.women == sorted(women.values_list("pk", flat=True))


def test_every_outcome_can_be_asked_why_in_both_languages(region: Region) -> None:
    client = inside(region, Role.CONTROLLER)
    for language in ("nl", "en"):
        client.cookies["django_language"] = language
        for address in why_addresses():
            outcome = seen(client, address).split('class="why-outcome">')[1].split("</p>")[0]
            assert len(outcome) > 20
            assert "{" not in outcome


def test_a_product_shows_both_closings_that_divided_it_and_every_sum(region: Region) -> None:
    client = inside(region, Role.CONTROLLER)
    product = Product.objects.get(product="prenatal_complex", pregnancy__reference="Z-001")
    words = text(seen(client, f"/waarom/product/{product.product_no}/"))
    assert words.index("september 2026") < words.index("oktober 2026")
    assert "€ 985,00" in words and "€ 412,00" in words
    assert "3,5 % organisatiekosten van € 985,00" in words
    assert "aandeel verloskundigen 70 % van wat na de organisatiekosten rest: € 665,36" in words
    assert "vast aandeel 60 % van de discipline" in words
    assert "was € 34,48" in words
    hours = Product.objects.filter(product="kraamzorg_hour").earliest("id")
    assert "100 %" in text(seen(client, f"/waarom/product/{hours.product_no}/"))


def test_a_product_shows_its_deduction_and_its_breakers(region: Region) -> None:
    client = inside(region, Role.CONTROLLER)
    html = seen(client, page("Z-003")).split('id="products-heading"')[1]
    row = html.split("Geen product")[1].split("</tr>")[0]
    assert "Nataal" in row and "Zorg van buiten" in row and "/waarom/breker/" in row
    assert "heel" in html.split("Geen product")[0]


def test_the_panel_leaves_the_banner_out(region: Region) -> None:
    client = inside(region, Role.CONTROLLER)
    address = why_addresses()[0]
    assert "banner-oo" in seen(client, address)
    panel = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "banner-oo" not in panel and "why-outcome" in panel


def test_each_look_is_an_event_with_the_women_who_were_shown(region: Region) -> None:
    client = inside(region, Role.MIDWIFE, "linde")

    def event(address: str) -> AccessEvent:
        seen(client, address)
        return AccessEvent.objects.latest("number")

    women = {row.reference: row.woman_id for row in Pregnancy.objects.all()}
    looked = event(page("Z-004"))
    assert (looked.kind, looked.women, looked.controls) == (Kind.READ, [women["Z-004"]], "TTTF")
    listing = event("/zwangeren/")
    assert (listing.kind, set(listing.women)) == (
        Kind.LIST,
        {women["Z-002"], women["Z-003"], women["Z-004"]},
    )
    search = event("/zwangeren/?zoek=z-004")
    assert (search.kind, search.women) == (Kind.SEARCH, [women["Z-004"]])
    assert "z-004" not in str(search.detail).lower()
    why = event(f"/waarom/breker/{Breaker.objects.earliest('id').pk}/")
    assert (why.kind, why.object_type, why.women) == (Kind.READ, "breaker", [women["Z-003"]])
    refused = client.get(page("Z-001"))
    assert refused.status_code == 403
    assert AccessEvent.objects.latest("number").kind == Kind.REFUSAL


@pytest.mark.parametrize("role", sorted(PREGNANCY_ROLES))
def test_a_page_asks_at_most_twelve_questions(region: Region, role: Role) -> None:
    client = inside(region, role, "linde")
    addresses = ["/zwangeren/", "/zwangeren/?zoek=z&stand=breaker&zwanger=voorbij"]
    addresses += [page("Z-002"), page("Z-003")]
    if role in CARE_ROLES:
        addresses += ["/vandaag/", "/vandaag/zorgpaden/", "/vandaag/rest/"]
    breaker = Breaker.objects.earliest("id")
    addresses.append(f"/waarom/breker/{breaker.pk}/")
    if role in PRODUCT_ROLES:
        product = Product.objects.filter(pregnancy__reference="Z-003").earliest("id")
        addresses.append(f"/waarom/product/{product.product_no}/")
    own = Disposition.objects.filter(
        activity__organisation=region.organisations["linde"], pregnancy__reference="Z-003"
    )
    addresses += [f"/waarom/activiteit/{row.activity_id}/" for row in own[:3]]
    for address in addresses:
        asked = queries_of(client, address)
        assert len(asked) <= MOST_QUERIES, (role, address, asked)
