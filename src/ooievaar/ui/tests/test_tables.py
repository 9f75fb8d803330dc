"""The address is the state of a table: what it may ask, and what it may not."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from ooievaar.ui.tables import MOST_ROWS, Action, Column, Filter, Table, searched, with_note

User = get_user_model()
NAMES = ("Anna Appel", "Bea Bos", "Carla Clay", "Dora Dijk")


@pytest.fixture(autouse=True)
def dutch() -> Iterator[None]:
    with translation.override("nl"):
        yield


@pytest.fixture
def people(db: None) -> QuerySet[Any]:
    for n, name in enumerate(NAMES):
        first, last = name.split()
        User.objects.create(
            username=f"p{n}",
            first_name=first,
            last_name=last,
            password=f"geheim-{9 - n}",
            last_login=datetime(2026, 10, n, tzinfo=UTC) if n else None,
        )
    return User.objects.all()


COLUMNS = [
    Column("naam", "Naam", lambda row: f"{row.last_name}", sort=("last_name", "first_name")),
    Column("voor", "Voornaam", lambda row: row.first_name, sort="first_name"),
    Column("gezien", "Gezien", lambda row: row.last_login, "moment", sort="last_login"),
    Column("vast", "Niet te sorteren", lambda row: row.username),
    Column("extra", "Extra", lambda row: row.pk, "number", is_default=False),
]


def table_of(rows: Any, address: str = "/lijst/", **more: Any) -> Table:
    return Table("lijst", COLUMNS, rows, RequestFactory().get(address), **more)


def html_of(table: Table) -> str:
    return render_to_string("ooievaar/table.html", {"table": table}, request=table.request)


def first_names(table: Table) -> list[str]:
    return [row.first_name for row in table.rows]


def numbered(count: int) -> list[SimpleNamespace]:
    return [SimpleNamespace(pk=n, last_name=f"N{n:03d}", first_name=f"V{n}", last_login=None,
                            username=f"u{n}") for n in range(1, count + 1)]  # fmt: skip


def test_a_click_on_a_head_orders_in_the_database(people: QuerySet[Any]) -> None:
    assert first_names(table_of(people, "/?sorteer=-naam")) == ["Dora", "Carla", "Bea", "Anna"]
    assert "ORDER BY" in str(table_of(people, "/?sorteer=naam").matching.query)


def test_what_is_not_known_comes_last_whichever_way_it_is_turned(people: QuerySet[Any]) -> None:
    assert first_names(table_of(people, "/?sorteer=gezien"))[-1] == "Anna"
    assert first_names(table_of(people, "/?sorteer=-gezien")) == ["Dora", "Carla", "Bea", "Anna"]


@pytest.mark.parametrize(
    "asked",
    ["password", "-password", "vast", "--naam", "naam;drop", "person__password", "?", "%00"],
)
def test_only_the_named_columns_order(people: QuerySet[Any], asked: str) -> None:
    """A password orders nothing: its order would tell it, one guess at a time."""
    table = table_of(people.order_by("username"), f"/?sorteer={asked}")
    assert table.sort == ""
    assert first_names(table) == ["Anna", "Bea", "Carla", "Dora"]
    assert "password" not in str(table.matching.query).split("ORDER BY")[1]


@pytest.mark.parametrize(
    "asked",
    [
        "pagina=-1", "pagina=0", "pagina=99999999999999999999999", "pagina=%F0%9F%92%A3",
        "pagina=²", "pagina=1e3", "rijen=-5", "rijen=9999999999999", "rijen=%00", "kolommen=x,y,,",
        "kolommen=" + "a," * 2000, "zoek=%00%01%ff", "zoek=" + "a" * 5000, "soort=%27--",
        "sorteer[]=naam", "uitvoer=exe", "pagina=١",
    ],
)  # fmt: skip
def test_nonsense_in_the_address_shows_the_table(people: QuerySet[Any], asked: str) -> None:
    filters = [Filter("soort", "Soort", [("a", "A")], lambda rows, _: rows.none())]
    table = table_of(people, f"/?{asked}", search_label="Naam", filters=filters)
    assert len(table.rows) == 4 and table.wants_export == ""
    assert "Naam" in html_of(table)


def test_25_rows_first_and_more_on_demand() -> None:
    first = table_of(numbered(87))
    assert (len(first.rows), first.first, first.last, first.pages) == (25, 1, 25, 4)
    assert first.more_count == 25
    more = table_of(numbered(87), first.more_address)
    assert [row.pk for row in more.rows] == list(range(1, 51))
    after = table_of(numbered(87), more.next_address)
    assert [row.pk for row in after.rows] == list(range(51, 76))
    last = table_of(numbered(87), after.next_address)
    assert (last.last, last.next_address, last.more_address) == (87, "", "")
    assert last.previous_address == "?pagina=3"


def test_a_page_never_shows_more_rows_than_it_says() -> None:
    table = table_of(numbered(900), "/?rijen=999999")
    assert len(table.rows) == MOST_ROWS
    assert table.more_address == "" and table.next_address != ""


def test_every_link_keeps_what_belongs_to_others() -> None:
    """The network and the other table stay; a file asked once is not asked again."""
    table = table_of(
        numbered(60), "/?netwerk=3&b-sorteer=x&kolommen=naam&kolommen=extra&uitvoer=csv&pagina=2"
    )
    for address in (table.next_address, table.previous_address, table.heads[0].sort_address):
        assert "netwerk=3" in address and "b-sorteer=x" in address
        assert "kolommen=naam&kolommen=extra" in address
        assert "uitvoer" not in address
    assert ("netwerk", "3") in table.kept_by_filters
    assert "pagina" not in dict(table.kept_by_filters)


def test_two_tables_on_a_page_do_not_move_each_other() -> None:
    address = "/?a-pagina=2&b-sorteer=-naam"
    one, other = (table_of(numbered(60), address, prefix=prefix) for prefix in ("a-", "b-"))
    assert (one.page, one.sort) == (2, "")
    assert (other.page, other.sort) == (1, "-naam")


def test_columns_are_chosen_and_the_first_one_stays() -> None:
    def keys(address: str) -> list[str]:
        return [column.key for column in table_of(numbered(1), address).columns]

    assert keys("/") == ["naam", "voor", "gezien", "vast"]
    assert keys("/?kolommen=extra&kolommen=voor") == ["naam", "voor", "extra"]
    assert keys("/?kolommen=extra,voor") == ["naam", "voor", "extra"]
    assert keys("/?kolommen=wachtwoord") == ["naam", "voor", "gezien", "vast"]


def test_a_filter_and_a_search_narrow_the_rows(people: QuerySet[Any]) -> None:
    more: dict[str, Any] = {
        "search_label": "Naam",
        "search": lambda rows, text: rows.filter(first_name__icontains=text),
        "filters": [
            Filter(
                "gezien",
                "Gezien",
                [("ja", "Ja"), ("nee", "Nee")],
                lambda rows, value: rows.filter(last_login__isnull=value == "nee"),
            )
        ],
    }
    assert first_names(table_of(people, "/?zoek=%20bea%20", **more)) == ["Bea"]
    assert first_names(table_of(people, "/?gezien=nee", **more)) == ["Anna"]
    nothing = table_of(people, "/?gezien=nee&zoek=bea&netwerk=2&pagina=4", **more)
    assert nothing.rows == [] and nothing.is_filtered
    assert nothing.clear_address == "?netwerk=2"
    page = html_of(nothing)
    assert "Niets gevonden" in page and 'href="?netwerk=2"' in page
    assert 'value="bea"' in page and '<option value="nee" selected>' in page


def test_a_table_asks_the_database_twice(
    people: QuerySet[Any], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2):
        html_of(table_of(people, "/?sorteer=naam"))


def test_rows_are_prepared_a_page_at_a_time() -> None:
    asked: list[int] = []

    def prepare(rows: Any) -> Any:
        asked.append(len(rows))
        return rows

    table = table_of(numbered(60), prepare=prepare)
    html_of(table)
    assert asked == [25]


def test_pages_do_not_overlap_where_values_are_equal(people: QuerySet[Any]) -> None:
    people.update(last_name="Gelijk", first_name="Gelijk")
    order = str(table_of(people, "/?sorteer=-naam").matching.query).split("ORDER BY")[1]
    assert order.endswith('."id" ASC'), "a database may answer equal rows in any order"
    seen = [
        row.pk
        for page in (1, 2, 3, 4)
        for row in table_of(people, f"/?sorteer=-naam&pagina={page}", page_size=1).rows
    ]
    assert len(set(seen)) == 4


def test_what_a_person_typed_is_never_markup(people: QuerySet[Any]) -> None:
    script = "<script>alert(1)</script>"
    people.filter(username="p0").update(last_name=script, username='"><img src=x>')
    columns = [
        COLUMNS[0],
        Column("noot", "Noot", lambda r: r.pk, show=lambda r: with_note(r.last_name, r.username)),
        Column("link", "Link", lambda r: r.last_name, link=lambda r: f'/"{r.username}/'),
    ]
    request = RequestFactory().get("/", {"zoek": script, "netwerk": '"><b>'})
    table = Table("t", columns, people, request, search_label="Naam")
    page = html_of(table)
    assert "<script" not in page and "<img" not in page and "<b>" not in page
    assert "&lt;script&gt;" in page


def test_the_order_is_told_to_who_cannot_see_it(people: QuerySet[Any]) -> None:
    page = html_of(table_of(people, "/?sorteer=-naam", caption="Mensen"))
    assert page.count("aria-sort") == 1 and 'aria-sort="descending"' in page
    assert '<caption class="visually-hidden">Mensen</caption>' in page
    assert '<th scope="row">' in page


def test_figures_stand_at_the_right_and_below_zero_is_seen() -> None:
    columns = [
        Column("naam", "Naam", lambda row: row["naam"]),
        Column("geld", "Geld", lambda row: row["cents"], "euro"),
        Column("dag", "Dag", lambda row: row["day"], "day"),
    ]
    rows = [
        {"naam": "plus", "cents": 123456, "day": date(2026, 11, 21)},
        {"naam": "min", "cents": -1, "day": None},
    ]
    page = html_of(Table("t", columns, rows, RequestFactory().get("/"))).replace("\u00a0", " ")
    assert '<th scope="col" class="number">Geld</th>' in page
    assert '<td class="number">€ 1.234,56</td>' in page
    assert '<td class="number negative">€ -0,01</td>' in page
    assert '<td class="text-nowrap">21-11-2026</td>' in page and ">–</td>" in page


def test_an_empty_table_says_what_will_come() -> None:
    page = html_of(table_of([], empty_heading="Nog niemand", empty_text="Voeg iemand toe."))
    assert "Nog niemand" in page and "Voeg iemand toe." in page
    assert "Opslaan" not in page


def test_rows_can_be_picked_by_their_name() -> None:
    page = html_of(table_of(numbered(2), actions=[Action("weg", "Weg", "/weg/")]))
    assert page.count('name="rij"') == 2
    assert 'aria-label="Kies N002"' in page and 'formaction="/weg/"' in page


def test_a_search_keeps_no_control_characters_and_no_endless_text() -> None:
    request = RequestFactory().get("/", {"zoek": "  van\x00\x1b den\tBerg  " + "x" * 500})
    assert searched(request).startswith("van den Berg x")
    assert len(searched(request)) <= 80


def test_values_that_cannot_be_compared_are_still_put_in_order() -> None:
    columns = [Column("w", "W", lambda row: row, sort="w")]
    rows = ["b", 2, None, date(2026, 1, 1), "A", 1]
    table = Table("t", columns, rows, RequestFactory().get("/?sorteer=w"))
    assert table.rows == [1, 2, date(2026, 1, 1), "A", "b", None]
