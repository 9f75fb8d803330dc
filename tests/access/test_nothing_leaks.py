"""What no page, file or refusal may show to whom, walked over every page there is."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from django.utils.html import escape
from pytest_django.plugin import DjangoDbBlocker

from ooievaar.network.models import Organisation, Person
from ooievaar.network.roles import CARE_ROLES, WHOLE_NETWORK_ROLES, Role
from ooievaar.record.models import Pregnancy, Woman
from tests.access.table import CLOSED, rows
from tests.access.test_matrix import address_of, client_of
from tests.access.world import World, make_world

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert('Johanna')</script>"
FORMS = ("", "?uitvoer=csv")
FOR_INSURERS = {"claim_file"}
"""The file that goes to an insurer: her citizen number is in it, and whoever saves it is noted."""
MORE_IN_FULL = "?kolommen=alle&rijen=500"


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


def pages_of(role: Role) -> list[str]:
    """Return the pages that open for a role; that of the components shows made-up examples."""
    open_pages = [name for name, row in rows().items() if row and row[role] != CLOSED]
    return [name for name in open_pages if name not in {"components", *FOR_INSURERS}]


def told(client: Client, address: str) -> str:
    """Return everything a page or file says, the parts a reader does not see included."""
    with transaction.atomic():
        point = transaction.savepoint()
        answer = client.get(address)
        content = (
            b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[arg-type]
        )
        transaction.savepoint_rollback(point)
    return content.decode("utf-8", "replace")


def everything_told(client: Client, role: Role, world: World) -> dict[str, str]:
    addresses = [
        address_of(name, world, role) + more
        for name in pages_of(role)
        for more in (*FORMS, MORE_IN_FULL)
    ]
    return {address: told(client, address) for address in addresses}


@pytest.mark.parametrize("role", list(Role))
def test_somebody_of_elsewhere_reads_nothing_of_her(role: Role, world: World) -> None:
    woman = world.pregnancy.woman
    marks = {woman.name, str(woman.bsn), woman.reference, world.pregnancy.reference}
    for address, text in everything_told(client_of(world.other[role]), role, world).items():
        assert [mark for mark in marks if mark in text] == [], address


@pytest.mark.parametrize("role", sorted(WHOLE_NETWORK_ROLES))
def test_who_sees_all_the_money_reads_no_name_number_or_birth_date(
    role: Role, world: World
) -> None:
    women = list(Woman.objects.all())
    marks = {text for w in women for text in (w.name, str(w.bsn), f"{w.birth_date:%d-%m-%Y}")}
    for address, text in everything_told(client_of(world.own[role]), role, world).items():
        assert [mark for mark in marks if mark in text] == [], address


@pytest.mark.once
@pytest.mark.parametrize("role", sorted(CARE_ROLES))
def test_who_gives_care_reads_no_euros(role: Role, world: World) -> None:
    for address, text in everything_told(client_of(world.own[role]), role, world).items():
        if address.startswith(("/regelboek", "/verdeelafspraken/schema.json")):
            continue  # public tariffs; how an amount is written
        assert "€" not in text, address


@pytest.mark.once
def test_nobody_reads_a_whole_bsn(world: World) -> None:
    numbers = {str(woman.bsn) for woman in Woman.objects.all()}
    for role, held in world.own.items():
        for address, text in everything_told(client_of(held), role, world).items():
            assert [number for number in numbers if number in text] == [], (role, address)


def test_an_office_reads_of_no_other_partner(world: World) -> None:
    others = Organisation.objects.exclude(pk=world.region.organisations["linde"].pk)
    names = {escape(organisation.name) for organisation in others}
    client = client_of(world.own[Role.PRACTICE_ADMINISTRATOR])
    for page in ("statement",):
        for more in (*FORMS, MORE_IN_FULL):
            text = told(client, address_of(page, world, Role.PRACTICE_ADMINISTRATOR) + more)
            assert [name for name in names if name in text] == []


@pytest.mark.once
def test_a_script_that_somebody_stored_is_never_run(world: World) -> None:
    """Names, references and reasons are shown on many pages; none of them is markup."""
    point = transaction.savepoint()
    Woman.objects.update(name=SCRIPT)
    Pregnancy.objects.filter(pk=world.pregnancy.pk).update(reference=SCRIPT)
    Organisation.objects.filter(pk=world.region.organisations["linde"].pk).update(name=SCRIPT)
    Person.objects.update(last_name=SCRIPT)
    seen = 0
    for role, held in world.own.items():
        for address, text in everything_told(client_of(held), role, world).items():
            seen += escape(SCRIPT) in text
            if text.startswith("%PDF"):
                continue  # words on paper: nothing in it is run
            if "uitvoer=csv" not in address or "<!doctype" in text:
                assert "<script>alert" not in text, (role, address)
    transaction.savepoint_rollback(point)
    assert seen > 20, "de namen moeten wel ergens staan"


@pytest.mark.parametrize("role", list(Role))
def test_a_guessed_id_answers_as_one_that_does_not_exist(role: Role, world: World) -> None:
    """Status and words are the same, so that nobody learns what exists."""
    client = client_of(world.other[role])
    for name in pages_of(role):
        if rows()[name][role] != "own":
            continue
        address = address_of(name, world, role)
        known = str(max((part for part in address.split("/") if part), key=_looks_like_an_id))
        if not _looks_like_an_id(known):
            continue
        unknown = "00000000-0000-4000-8000-000000000000" if "-" in known else "987654321"
        real, guessed = (
            client.get(address),
            client.get(address.replace(f"/{known}/", f"/{unknown}/")),
        )
        assert real.status_code == guessed.status_code, address
        assert _words(real.content.decode()) == _words(guessed.content.decode()), address


def _looks_like_an_id(part: str) -> bool:
    return part.isdigit() or part.count("-") == 4


def _words(html: str) -> list[str]:
    """Return the words between the tags: addresses and tokens differ, what is said may not."""
    import re

    return re.sub(r"<[^>]*>", " ", html).split()
