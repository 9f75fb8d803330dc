"""The first people of a region at the command line, and the codes of the demo's people only."""

import re

import pytest
import typer
from allauth.socialaccount.models import SocialAccount
from typer.testing import CliRunner

from ooievaar.cli import people
from ooievaar.cli.demo_people import add_demo_people
from ooievaar.kernel.faults import InputRejected
from ooievaar.network.models import Network, Person
from ooievaar.network.positions import add_person
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import SINCE
from ooievaar.web.tests.small_region import small_region

pytestmark = pytest.mark.django_db
NAME = ["--first-name", "Bram", "--last-name", "Kuiper"]


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()
    people.register(made)
    return made


@pytest.fixture
def network() -> Network:
    return Network.objects.create(kind="igo", name="IGO Waterland")


def run(app: typer.Typer, *words: str) -> str:
    result = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_first_administrator_gets_a_password_for_once(
    app: typer.Typer, network: Network
) -> None:
    told = run(app, "people", "add", "b.kuiper", *NAME, "--role", "administrator")
    password = re.search(r"eenmalig wachtwoord (\S+)", told)
    person = Person.objects.get(username="b.kuiper")
    assert password and person.check_password(password[1]) and person.must_change_password
    assert [held.role for held in person.positions.all()] == [Role.ADMINISTRATOR]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["b.kuiper", *NAME, "--role", "koning"], "midwife, gynaecologist"),
        (["b.kuiper", *NAME, "--role", "midwife"], "een AGB-code"),
        (["B Kuiper", *NAME, "--role", "controller"], "kleine letters"),
        (["b.kuiper", *NAME, "--role", "purchaser"], "verzekeraar"),
    ],
)
def test_what_is_wrong_is_told_and_adds_nobody(
    app: typer.Typer, network: Network, words: list[str], told: str
) -> None:
    with pytest.raises(InputRejected) as refused:
        CliRunner().invoke(app, ["people", "add", *words], catch_exceptions=False)
    assert told in str(refused.value.faults[0])
    assert not Person.objects.exists()


def test_a_login_of_an_organisation_is_taken_away_again(app: typer.Typer) -> None:
    person = add_person("b.kuiper", "Bram", "Kuiper")
    SocialAccount.objects.create(user=person, provider="zeezicht", uid="4711")
    assert "alleen nog" in run(app, "people", "unlink", "b.kuiper")
    assert not SocialAccount.objects.filter(user=person).exists()
    with pytest.raises(InputRejected):
        CliRunner().invoke(app, ["people", "unlink", "niemand"], catch_exceptions=False)


def test_codes_are_shown_of_the_demo_and_of_nobody_else(app: typer.Typer) -> None:
    region = small_region()
    made = add_demo_people(region.network, SINCE, SINCE)
    assert [row.role for row in made] == list(Role)
    assert all(row.person.check_password(row.password) for row in made[:2])
    midwife = Person.objects.get(username="verloskundige")
    assert midwife.positions.count() == 2
    assert re.search(r"^controller +\d{6}$", run(app, "code"), re.MULTILINE)
    Person.objects.filter(username="controller").update(is_demo=False)
    assert "controller" not in run(app, "code")
    with pytest.raises(InputRejected):
        CliRunner().invoke(app, ["code", "controller"], catch_exceptions=False)
