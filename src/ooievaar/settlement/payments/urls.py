"""Addresses of the pages of payments; a number of an account is never in one."""

from django.urls import path

from ooievaar.settlement.payments.pages import (
    accounts,
    advances,
    one_run,
    receipts,
    runs,
    statements,
)

PAY, AHEAD, ACCOUNTS = (
    "boekhouding/betalingen/",
    "boekhouding/voorschotten/",
    "boekhouding/rekeningen/",
)
OURS = "ons-geld/rekening/"
RUN, ADVANCE, ACCOUNT = (
    f"{PAY}<int:run_id>/",
    f"{AHEAD}<int:run_id>/",
    f"{ACCOUNTS}<int:account_id>/",
)
RECEIPT = f"{AHEAD}ontvangst/<slug:kind>/"

urlpatterns = [
    path(PAY, runs.payment_runs, name="payment_runs"),
    path(f"{PAY}voorstellen/", runs.propose_payment_run, name="propose_payment_run"),
    path(f"{PAY}voorstellen/controleren/", runs.check_payment_run, name="check_payment_run"),
    path(f"{PAY}afschriften/", statements.bank_statements, name="bank_statements"),
    path(RUN, one_run.payment_run, name="payment_run"),
    path(f"{RUN}besluit/", one_run.decide_payment_run, name="decide_payment_run"),
    path(f"{RUN}naar-de-bank/", one_run.send_payment_run, name="send_payment_run"),
    path(f"{RUN}bestand/", one_run.payment_file, name="payment_file"),
    path(f"{RUN}geweigerd/", one_run.refused_payment_run, name="refused_payment_run"),
    path(AHEAD, advances.advances, name="advances"),
    path(f"{AHEAD}voorstellen/", advances.propose_advances_page, name="propose_advances"),
    path(f"{AHEAD}controleren/", advances.check_advances, name="check_advances"),
    path(RECEIPT, receipts.record_receipt, name="record_receipt"),
    path(f"{RECEIPT}controleren/", receipts.check_receipt, name="check_receipt"),
    path(ADVANCE, advances.advance_run, name="advance_run"),
    path(f"{ADVANCE}besluit/", advances.decide_advances, name="decide_advances"),
    path(ACCOUNTS, accounts.bank_accounts, name="bank_accounts"),
    path(f"{ACCOUNTS}opgeven/", accounts.propose_bank_account, name="propose_bank_account"),
    path(f"{ACCOUNTS}opgeven/controleren/", accounts.check_bank_account, name="check_bank_account"),
    path(ACCOUNT, accounts.bank_account, name="bank_account"),
    path(f"{ACCOUNT}besluit/", accounts.decide_bank_account, name="decide_bank_account"),
    path(OURS, accounts.our_bank_account, name="our_bank_account"),
    path(f"{OURS}opgeven/", accounts.propose_our_account, name="propose_our_account"),
    path(f"{OURS}controleren/", accounts.check_our_account, name="check_our_account"),
]
