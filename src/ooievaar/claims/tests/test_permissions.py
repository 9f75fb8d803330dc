"""Who sees all the money of a network sees its claims; nobody sees those of another."""

from pathlib import Path

import pytest

from ooievaar.claims import permissions
from ooievaar.claims.tests.region import Claims
from ooievaar.network.models import Organisation
from ooievaar.network.roles import CARE_ROLES, WHOLE_NETWORK_ROLES, Role
from ooievaar.network.tests.people import working

pytestmark = pytest.mark.django_db
SETS = (
    permissions.lines_for,
    permissions.standings_for,
    permissions.batches_for,
    permissions.proposals_for,
)


def test_the_claims_of_a_network_are_for_who_sees_its_money(tmp_path: Path) -> None:
    here, there = Claims(tmp_path / "a"), Claims(tmp_path / "b")
    for claims in (here, there):
        claims.product(claims.woman())
        [batch] = claims.sent()
        claims.answered(batch)
        claims.product(claims.woman())
        claims.reconcile()
    practice = Organisation.objects.create(agb="08000001", name="P", discipline="midwives")
    for role in Role:
        place: dict[str, object] = {"network": here.network}
        if role in CARE_ROLES or role == Role.PRACTICE_ADMINISTRATOR:
            place = {"organisation": practice}
        if role == Role.PURCHASER:
            place["insurer"] = here.insurers[0]
        if role == Role.REPRESENTATIVE:
            place["discipline"] = "midwives"
        workplace = working(role, **place)
        expected = 1 if role in WHOLE_NETWORK_ROLES else 0
        for rows in SETS:
            assert rows(workplace, here.now).count() == expected, (role, rows.__name__)
