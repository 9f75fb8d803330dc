"""A region with a closed year, made once for a module: what a test changes in it is undone."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from ooievaar.settlement.whatif.tests.world import Year


@pytest.fixture(scope="module")
def year(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Year]:
    """A region of which 2025 is closed."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield Year().closed()
        transaction.set_rollback(True)
