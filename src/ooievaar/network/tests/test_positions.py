"""Who gives which function to whom, and what nobody can give themselves."""

from datetime import date

import pytest

from ooievaar.network.models import Insurer, Membership, Network, Organisation, Person, Position
from ooievaar.network.permissions import networks_for, people_for
from ooievaar.network.positions import (
    Refused,
    add_person,
    end_position,
    give_position,
    may_renew_way_in,
)
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import SINCE, position, working
from ooievaar.network.workplace import workplace, workplaces_of

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


class Region:
    """Two practices of one network, a third outside it."""

    def __init__(self) -> None:
        self.network = Network.objects.create(kind="igo", name="IGO Waterland")
        self.duin, self.linde, self.outside = (
            Organisation.objects.create(agb=f"0801000{n}", name=name, discipline="midwives")
            for n, name in enumerate(("Duin", "Linde", "Buiten"))
        )
        for organisation in (self.duin, self.linde):
            Membership.objects.create(
                network=self.network, organisation=organisation, kind="voting", valid_from=SINCE
            )
        self.office = working(Role.PRACTICE_ADMINISTRATOR, organisation=self.duin)
        self.administrator = working(Role.ADMINISTRATOR, network=self.network)


@pytest.fixture
def region() -> Region:
    return Region()


def newcomer() -> Person:
    return add_person("s.devries", "Sanne", "de Vries")


def give(region: Region, by: object, person: Person, role: Role, **place: object) -> object:
    return give_position(by, person, role, TODAY, valid_from=TODAY, **place)  # type: ignore[arg-type]


def test_the_office_lets_a_midwife_of_its_own_practice_in(region: Region) -> None:
    person = newcomer()
    given = give(region, region.office, person, Role.MIDWIFE, organisation=region.duin)
    assert isinstance(given, Position)
    (place,) = workplaces_of(person, TODAY)
    assert (place.role, place.organisation_id) == (Role.MIDWIFE, region.duin.pk)
    assert place.discipline == "midwives" and place.gives_care


def test_the_office_gives_nothing_at_another_practice(region: Region) -> None:
    refused = give(region, region.office, newcomer(), Role.MIDWIFE, organisation=region.linde)
    assert isinstance(refused, Refused) and refused.field == "organisation"
    assert not Position.objects.filter(person__username="s.devries").exists()


def test_the_office_gives_no_role_of_the_network(region: Region) -> None:
    refused = give(region, region.office, newcomer(), Role.CONTROLLER, network=region.network)
    assert isinstance(refused, Refused) and refused.field == "role"


def test_the_administrator_gives_roles_of_the_network_and_of_its_members(region: Region) -> None:
    person = newcomer()
    assert give(region, region.administrator, person, Role.CONTROLLER)
    assert give(region, region.administrator, person, Role.MIDWIFE, organisation=region.linde)
    assert not give(region, region.administrator, person, Role.MIDWIFE, organisation=region.outside)
    assert [place.role for place in workplaces_of(person, TODAY)] == [
        Role.CONTROLLER,
        Role.MIDWIFE,
    ]


def test_nobody_changes_their_own_functions(region: Region) -> None:
    me = Person.objects.get(pk=region.administrator.person_id)
    assert not give(region, region.administrator, me, Role.CONTROLLER)
    assert not end_position(region.administrator, me.positions.get(), TODAY)
    assert me.positions.get().valid_until > TODAY


def test_a_kraamzorg_carer_does_not_work_in_a_midwife_practice(region: Region) -> None:
    refused = give(region, region.office, newcomer(), Role.KRAAM_CARER, organisation=region.duin)
    assert isinstance(refused, Refused) and refused.field == "role"


def test_a_purchaser_needs_an_insurer_and_a_representative_a_discipline(region: Region) -> None:
    person = newcomer()
    assert not give(region, region.administrator, person, Role.PURCHASER)
    assert not give(region, region.administrator, person, Role.REPRESENTATIVE)
    insurer = Insurer.objects.create(uzovi="9101", name="Waterborg Zorg")
    assert give(region, region.administrator, person, Role.PURCHASER, insurer=insurer)
    assert give(region, region.administrator, person, Role.REPRESENTATIVE, discipline="midwives")


def test_a_function_is_held_once_and_opens_nothing_once_it_ended(region: Region) -> None:
    person = newcomer()
    given = give(region, region.office, person, Role.MIDWIFE, organisation=region.duin)
    assert isinstance(given, Position)
    assert not give(region, region.office, person, Role.MIDWIFE, organisation=region.duin)
    assert end_position(region.office, given, TODAY)
    assert workplaces_of(person, TODAY) == []
    assert not end_position(region.office, given, TODAY)
    assert give(region, region.office, person, Role.MIDWIFE, organisation=region.duin)


def test_the_office_cannot_come_in_as_the_controller_who_works_there_too(region: Region) -> None:
    held = position(Role.MIDWIFE, organisation=region.duin)
    assert may_renew_way_in(region.office, held.person, TODAY)
    Position.objects.create(
        person=held.person, role=Role.CONTROLLER, network=region.network, valid_from=SINCE
    )
    assert not may_renew_way_in(region.office, held.person, TODAY)
    assert may_renew_way_in(region.administrator, held.person, TODAY)


def test_everybody_sees_the_people_of_their_own_place(region: Region) -> None:
    at_duin = position(Role.MIDWIFE, organisation=region.duin)
    at_linde = position(Role.MIDWIFE, organisation=region.linde)
    outside = position(Role.MIDWIFE, organisation=region.outside)
    seen_by_office = set(people_for(region.office, TODAY))
    assert at_duin.person in seen_by_office and at_linde.person not in seen_by_office
    seen_by_administrator = set(people_for(region.administrator, TODAY))
    assert {at_duin.person, at_linde.person} <= seen_by_administrator
    assert outside.person not in seen_by_administrator
    assert list(people_for(workplace(at_duin), TODAY)) == []


def test_a_workplace_lies_in_the_networks_of_its_organisation(region: Region) -> None:
    elsewhere = Network.objects.create(kind="vsv", name="VSV Elders")
    at_duin = working(Role.MIDWIFE, organisation=region.duin)
    assert list(networks_for(at_duin)) == [region.network]
    Membership.objects.create(
        network=elsewhere, organisation=region.duin, kind="advisory", valid_from=SINCE
    )
    assert set(networks_for(at_duin)) == {region.network, elsewhere}
    assert list(networks_for(region.administrator)) == [region.network]
