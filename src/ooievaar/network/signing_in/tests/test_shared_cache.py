"""Attempts are counted in the database, for all web processes together, however many there are."""

from typing import Any

import pytest
from django.core.cache import caches

from ooievaar.network.signing_in.tests.conftest import Somebody
from ooievaar.settings import base


@pytest.fixture
def shared(settings: Any) -> None:
    settings.CACHES = base.CACHES


@pytest.mark.django_db
def test_the_lock_and_the_used_codes_stand_in_the_database(shared: None, midwife: Somebody) -> None:
    assert "DatabaseCache" in type(caches["default"]).__name__
    midwife.gets_phone().types()
    code = midwife.code()
    midwife.types_code(code)
    assert midwife.is_in
    onlooker = Somebody(midwife.person, midwife.clock)
    onlooker.types()
    assert onlooker.types_code(code).status_code == 200
    guesser = Somebody(midwife.person, midwife.clock)
    for _ in range(5):
        guesser.types(password="mis")
    assert guesser.types().status_code == 200


@pytest.mark.django_db
def test_a_flood_of_names_does_not_push_out_the_counts(shared: None) -> None:
    cache = caches["default"]
    cache.set("naam", 5, 600)
    for number in range(400):
        cache.set(f"vloed-{number}", 1, 600)
    assert cache.get("naam") == 5
