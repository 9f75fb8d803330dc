"""A region in March with an agreement that somebody wrote."""

import pytest
from django.utils import timezone

from ooievaar.contracts.agreements.tests.region import Region
from ooievaar.contracts.models import AgreementVersion
from ooievaar.contracts.tests.agreement_pages.acting import NOW, added


@pytest.fixture(autouse=True)
def in_march(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def region() -> Region:
    return Region()


@pytest.fixture
def version(region: Region) -> AgreementVersion:
    return added(region)
