"""Django's name for this part of the room `settlement`."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class YearEndConfig(AppConfig):
    """The end of a year: guarantee, safety net, reserve, losses, with tables of its own."""

    name = "ooievaar.settlement.year_end"
    label = "year_end"

    def ready(self) -> None:
        """Tell the books our words and losses, and the overview what waits; guard the four eyes."""
        from ooievaar.settlement.ledger import queries, sources
        from ooievaar.settlement.ledger import words as books
        from ooievaar.settlement.ledger.slots import ASKS, CAUSE_PAGES
        from ooievaar.settlement.year_end.guards import install_guards
        from ooievaar.settlement.year_end.losses import LOSS, borne_losses, losses_due
        from ooievaar.settlement.year_end.queries import asks_of_year_end, page_of_loss
        from ooievaar.settlement.year_end.words import CAUSES, REASONS

        books.REASONS.update(REASONS)
        books.CAUSES.update(CAUSES)
        sources.SOURCES.append(sources.Source((LOSS,), losses_due))
        queries.BORNE.append(borne_losses)
        ASKS.append(asks_of_year_end)
        CAUSE_PAGES[LOSS] = page_of_loss
        post_migrate.connect(install_guards, sender=self, dispatch_uid="guards of year ends")
