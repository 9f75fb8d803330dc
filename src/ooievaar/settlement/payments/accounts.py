"""On which account an organisation is paid: proposed by one person, approved by another.

An account that ended leaves none: the one before it does not come back by itself.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _
from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

from ooievaar.network.models import Membership, Network, Organisation, Supplier
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.record.relations import Rejected
from ooievaar.settlement.payments.models import BankAccount, BankAccountStep

State = BankAccountStep.State
LONGEST_NAME = 70
FEW = 500
"""Up to so many holders are asked for by name; of more, all accounts are read."""

NOT_YOURS = _("Uw functie mag dit niet.")
NO_IBAN = _("Dit is geen IBAN dat kan bestaan: controleer elk cijfer en elke letter.")
NO_SEPA = _("Naar dit land gaat geen SEPA-betaling.")
NO_BIC = _("Van deze bank is geen BIC bekend: voor de eigen rekening is die nodig.")
NO_NAME = _("Vul de naam in waarop de rekening staat, zoals de bank haar kent.")
NOT_HERE = _("Deze organisatie neemt niet deel aan dit netwerk en levert er niet aan.")
SAME = _("Deze rekening is al opgegeven.")
DECIDED = _("Over deze rekening is al beslist.")
OWN = _("U heeft deze rekening zelf opgegeven. Een ander keurt haar goed.")
NOT_APPROVED = _("Deze rekening is niet goedgekeurd, of al beëindigd.")


def read_iban(text: str) -> IBAN | Rejected:
    """Read an IBAN as people type it, with the check digits and the country's own rules."""
    try:
        iban = IBAN(text, validate_bban=True)
    except SchwiftyException:
        return Rejected(NO_IBAN, "iban")
    if not iban.in_sepa_zone:
        return Rejected(NO_SEPA, "iban")
    return iban


def propose_account(
    by: Workplace,
    network: Network,
    organisation: Organisation | None,
    *,
    iban: str,
    name: str,
    valid_from: date,
    now: datetime,
    note: str = "",
) -> BankAccount | Rejected:
    """Put an account up for approval; without organisation it is the network's own.

    A practice may propose its own, the controller anybody's; the network's own only the controller.
    """
    if not _may_propose(by, network, organisation):
        return Rejected(NOT_YOURS)
    read = read_iban(iban)
    if isinstance(read, Rejected):
        return read
    if organisation is None and read.bic is None:
        return Rejected(NO_BIC, "iban")
    if not name.strip() or len(name.strip()) > LONGEST_NAME:
        return Rejected(NO_NAME, "name")
    if organisation is not None and not _takes_part(network, organisation):
        return Rejected(NOT_HERE)
    with transaction.atomic():
        _lock(network)
        open_ones = _undecided(network).filter(organisation=organisation)
        if open_ones.filter(iban=str(read), valid_from=valid_from).exists():
            return Rejected(SAME, "iban")
        return BankAccount.objects.create(
            network=network,
            organisation=organisation,
            iban=str(read),
            bic=str(read.bic or ""),
            name=name.strip(),
            valid_from=valid_from,
            proposed_by_id=by.person_id,
            proposed_as_id=by.position_id,
            proposed_at=now,
            note=note,
        )


def approve_account(
    by: Workplace, account: BankAccount, now: datetime
) -> BankAccountStep | Rejected:
    """Approve what another proposed."""
    return _decide(by, account, State.APPROVED, now)


def refuse_account(
    by: Workplace, account: BankAccount, reason: str, now: datetime
) -> BankAccountStep | Rejected:
    """Refuse what another proposed, and say why."""
    return _decide(by, account, State.REFUSED, now, reason)


def end_account(
    by: Workplace, account: BankAccount, ends_on: date, reason: str, now: datetime
) -> BankAccountStep | Rejected:
    """Pay nothing on an account from a day on, as of a firm that closed: one person may stop it."""
    if by.role not in (Role.CONTROLLER, Role.APPROVER) or by.network_id != account.network_id:
        return Rejected(NOT_YOURS)
    with transaction.atomic():
        _lock(account.network)
        if {State.APPROVED} != set(account.steps.values_list("state", flat=True)):
            return Rejected(NOT_APPROVED)
        return _step(account, State.ENDED, by, now, reason, ends_on)


def accounts_on(network: Network, day: date) -> dict[int | None, BankAccount]:
    """Return on which account each organisation is paid on a day; None is the network's own."""
    steps = BankAccountStep.objects.filter(account__network=network, state=State.ENDED)
    ended = {step.account_id: step.ends_on for step in steps if step.ends_on is not None}
    newest = {account.organisation_id: account for account in _approved(network, day)}
    return {
        holder: account
        for holder, account in newest.items()
        if account.pk not in ended or day < ended[account.pk]
    }


def accounts_before(accounts: Iterable[BankAccount], network: Network) -> dict[int, BankAccount]:
    """Return of each account the approved one that it came in the place of."""
    wanted = {account.pk: account for account in accounts}
    previous: dict[int | None, BankAccount] = {}
    found = {}
    holders = {account.organisation_id for account in wanted.values()}
    approved = _approved(network, date.max)
    named = [holder for holder in holders if holder is not None]
    if len(named) < FEW and len(named) == len(holders):
        # Those of one page, not of the whole network.
        approved = approved.filter(organisation_id__in=named)
    for account in approved:
        if account.pk in wanted and account.organisation_id in previous:
            found[account.pk] = previous[account.organisation_id]
        previous[account.organisation_id] = account
    return found


def proposed_accounts(network: Network) -> QuerySet[BankAccount]:
    """Return what waits for approval, oldest first."""
    return _undecided(network).select_related("organisation", "proposed_by").order_by("pk")


def _approved(network: Network, day: date) -> QuerySet[BankAccount]:
    approved = BankAccountStep.objects.filter(account=OuterRef("pk"), state=State.APPROVED)
    return BankAccount.objects.filter(
        Exists(approved), network=network, valid_from__lte=day
    ).order_by("valid_from", "pk")


def _undecided(network: Network) -> QuerySet[BankAccount]:
    steps = BankAccountStep.objects.filter(account=OuterRef("pk"))
    return BankAccount.objects.filter(~Exists(steps), network=network)


def _decide(
    by: Workplace, account: BankAccount, state: str, now: datetime, reason: str = ""
) -> BankAccountStep | Rejected:
    if by.role != Role.APPROVER or by.network_id != account.network_id:
        return Rejected(NOT_YOURS)
    if by.person_id == account.proposed_by_id:
        return Rejected(OWN)
    with transaction.atomic():
        _lock(account.network)
        if account.steps.exists():
            return Rejected(DECIDED)
        return _step(account, state, by, now, reason)


def _step(
    account: BankAccount,
    state: str,
    by: Workplace,
    now: datetime,
    reason: str,
    ends_on: date | None = None,
) -> BankAccountStep:
    return BankAccountStep.objects.create(
        account=account,
        state=state,
        person_id=by.person_id,
        position_id=by.position_id,
        at=now,
        reason=reason,
        ends_on=ends_on,
    )


def _may_propose(by: Workplace, network: Network, organisation: Organisation | None) -> bool:
    if by.role == Role.CONTROLLER:
        return by.network_id == network.pk
    return (
        by.role == Role.PRACTICE_ADMINISTRATOR
        and organisation is not None
        and by.organisation_id == organisation.pk
    )


def _takes_part(network: Network, organisation: Organisation) -> bool:
    """Tell whether it takes part, or did: who left may still have money coming."""
    here = {"network": network, "organisation": organisation}
    return Membership.objects.filter(**here).exists() or Supplier.objects.filter(**here).exists()


def _lock(network: Network) -> None:
    """One at a time decides over the accounts of a network."""
    Network.objects.select_for_update().get(pk=network.pk)
