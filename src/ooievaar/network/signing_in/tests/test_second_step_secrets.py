"""The secret of a second step is unreadable in the database, also after the key changed."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken

from ooievaar.network.signing_in import secrets_at_rest
from ooievaar.network.signing_in.commands import current_code, enrol_demo_person
from ooievaar.network.signing_in.tests.conftest import Somebody


@pytest.mark.django_db
def test_the_database_does_not_hold_the_secret(midwife: Somebody) -> None:
    midwife.types()
    midwife.sets_up_phone()
    stored = [str(row.data) for row in Authenticator.objects.filter(user=midwife.person)]
    assert len(stored) == 2
    assert not any(midwife.secret in data for data in stored)
    assert all("gAAAA" in data for data in stored)


def test_an_earlier_key_still_opens_and_another_does_not(settings: Any) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "eerste" * 10, []
    kept = secrets_at_rest.encrypt("geheim")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "tweede" * 10, ["eerste" * 10]
    assert secrets_at_rest.decrypt(kept) == "geheim"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(InvalidToken):
        secrets_at_rest.decrypt(kept)


@pytest.mark.django_db
def test_the_demo_knows_its_codes_and_only_those(midwife: Somebody) -> None:
    with pytest.raises(ValueError, match="demo"):
        current_code(midwife.person)
    with pytest.raises(ValueError, match="demo"):
        enrol_demo_person(midwife.person)
    midwife.person.is_demo = True
    midwife.person.save()
    assert current_code(midwife.person) == ""
    enrol_demo_person(midwife.person)
    enrol_demo_person(midwife.person)
    midwife.types()
    midwife.types_code(current_code(midwife.person))
    assert midwife.is_in
