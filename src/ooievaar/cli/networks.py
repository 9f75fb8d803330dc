"""Which network a command is about, and which day it is."""

from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from ooievaar.cli.database import FIRST, open_database
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.network.models import Network


def chosen_network(name: str | None) -> Network:
    """Return the network of that name, or the only IGO; refuse when that is not one network.

    Opens the database first, and refuses when there is none.
    """
    open_database()
    igos = _igos()
    found = list(Network.objects.filter(name=name) if name else igos)
    if len(found) == 1:
        return found[0]
    known = ", ".join(igos.values_list("name", flat=True))
    if not known:
        raise _no_igo()
    raise InputRejected([Fault("--network", None, "", name or "geen naam", f"één van: {known}")])


def every_network() -> list[Network]:
    """Return every IGO by name; refuse when there is none. Opens the database first."""
    open_database()
    found = list(_igos())
    if not found:
        raise _no_igo()
    return found


def _igos() -> QuerySet[Network]:
    return Network.objects.filter(kind=Network.Kind.IGO).order_by("name")


def _no_igo() -> InputRejected:
    return InputRejected([Fault("databank", None, "", "geen IGO", FIRST)])


def today() -> date:
    """Return today in the Netherlands."""
    return timezone.localdate()


def tomorrow() -> date:
    """Return the first day that has not begun: facts of today are known."""
    return today() + timedelta(days=1)


def read_day(text: str, option: str) -> date:
    """Read a date that was typed; refuse what is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputRejected(
            [Fault(option, None, "", repr(text), "een datum als 2026-10-31")]
        ) from None
