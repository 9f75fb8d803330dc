"""Django's name for payments."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PaymentsConfig(AppConfig):
    """Advances and payments, a part of the room `settlement` with tables of its own."""

    name = "ooievaar.settlement.payments"
    label = "payments"

    def ready(self) -> None:
        """Tell the books our words; guard the four eyes and what was sealed after migrations."""
        from ooievaar.settlement.ledger import words as books
        from ooievaar.settlement.ledger.slots import ASKS
        from ooievaar.settlement.ledger.sources import PAID_OTHERWISE
        from ooievaar.settlement.payments.asks import (
            asks_of_accounts,
            asks_of_advances,
            asks_of_runs,
        )
        from ooievaar.settlement.payments.guards import install_guards
        from ooievaar.settlement.payments.insurer_advances import offset_payments
        from ooievaar.settlement.payments.words import REASONS

        books.REASONS.update(REASONS)
        PAID_OTHERWISE.append(offset_payments)
        ASKS.extend([asks_of_runs, asks_of_accounts, asks_of_advances])
        post_migrate.connect(install_guards, sender=self, dispatch_uid="guards of payments")
