"""What a practice of an invented region asks about its money, and what it is answered."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from ooievaar.network.workplace import Workplace
from ooievaar.record.permissions import known
from ooievaar.settlement.models import Share
from ooievaar.settlement.statements.questions import answer, ask
from ooievaar.simulator.boards import done

WENT_DOWN = "Deze zwangerschap was al verdeeld. Waarom gaat er nu geld af?"
IT_FOLLOWED = (
    "Er kwam later zorg bij van een ander, of het product veranderde. Wat ieder dan minder krijgt, "
    "gaat er bij allemaal af. Onder “waarom dit bedrag” staat de regel, met het oude en het nieuwe "
    "bedrag."
)
WHY_SO_MUCH = "Dit is meer dan wij voor zo'n product gewend zijn. Klopt dat?"
ASKED, ANSWERED = timedelta(days=9), timedelta(days=7)
ASKED_LAST = timedelta(days=2)
"""So long ago."""


def ask_about_lines(practice: Workplace, controller: Workplace, now: datetime) -> int:
    """Ask about what was taken back, which is answered, and about the newest; return how many."""
    own = Share.objects.filter(
        organisation_id=known(practice.organisation_id), kind=Share.Kind.PARTNER
    ).order_by("-product__closing__month")
    back = _first(own.filter(cents__lt=0).order_by("-product__closing__month", "cents"))
    newest = _first(own.filter(cents__gt=0).order_by("-product__closing__month", "-cents"))
    if back is not None:
        question = done(ask(back, WENT_DOWN, by=practice, at=now - ASKED))
        done(answer(question, IT_FOLLOWED, by=controller, at=now - ANSWERED))
    if newest is not None:
        done(ask(newest, WHY_SO_MUCH, by=practice, at=now - ASKED_LAST))
    return sum(one is not None for one in (back, newest))


def _first(shares: QuerySet[Share]) -> Share | None:
    return shares.select_related("product__closing").first()
