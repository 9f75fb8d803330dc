"""Addresses of the pages of the books."""

from django.urls import path

from ooievaar.settlement.ledger.pages import (
    account,
    check,
    journal,
    overview,
    proof,
    river,
    stuck,
    transaction,
)

urlpatterns = [
    path("boekhouding/", overview.books, name="books"),
    path("boekhouding/vast/", stuck.books_stuck, name="books_stuck"),
    path("boekhouding/bewijs/", proof.books_proof, name="books_proof"),
    path("boekhouding/geldstroom/", river.books_river, name="books_river"),
    path("boekhouding/rekening/<int:account_id>/", account.account, name="account"),
    path("boekhouding/boeking/<int:number>/", transaction.transaction, name="transaction"),
    path("boekhouding/journaal/", journal.journal, name="journal"),
    path("boekhouding/journaal/beancount/", journal.journal_beancount, name="journal_beancount"),
    path("boekhouding/nalezen/", check.books_check, name="books_check"),
]
