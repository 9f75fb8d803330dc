"""Addresses of the pages that join several rooms."""

from django.urls import path
from django.views.i18n import set_language

from ooievaar.network.doors import open_to_anybody, open_to_everybody_signed_in
from ooievaar.ui import components
from ooievaar.web import (
    case_management,
    closing_pages,
    contract_volumes,
    home,
    jobs,
    letters,
    month,
    people,
    pregnancies,
    rule_book,
    running,
    sharing,
    statement,
    today,
    why,
)
from ooievaar.web.our_money import line as our_money_line
from ooievaar.web.our_money import parts as our_money_parts
from ooievaar.web.our_money import questions as money_questions
from ooievaar.web.our_money import statements as our_statements

urlpatterns = [
    path("", home.home, name="home"),
    path("vandaag/", today.today, name="today"),
    path("vandaag/zorgpaden/", today.today_pathways, name="today_pathways"),
    path("vandaag/rest/", today.today_rest, name="today_rest"),
    path("zwangeren/", pregnancies.pregnancy_list, name="pregnancies"),
    path("zwangeren/<int:pregnancy_id>/", pregnancies.pregnancy_page, name="pregnancy"),
    path("zwangeren/<int:pregnancy_id>/delen/", sharing.sharing, name="sharing"),
    path("zwangeren/<int:pregnancy_id>/brief/<slug:kind>.pdf", letters.letter, name="letter"),
    path("casemanagement/", case_management.case_management, name="case_management"),
    path("waarom/activiteit/<int:activity_id>/", why.why_activity, name="why_activity"),
    path("waarom/product/<int:product_no>/", why.why_product, name="why_product"),
    path("waarom/breker/<int:breaker_id>/", why.why_breaker, name="why_breaker"),
    path("maand/", month.newest_month, name="month"),
    path("maand/goedkeuren/", closing_pages.closing_requests, name="closing_requests"),
    path(
        "maand/goedkeuren/<int:request_id>/",
        closing_pages.approve_closing_page,
        name="approve_closing",
    ),
    path(
        "maand/goedkeuren/<int:request_id>/besluit/",
        closing_pages.decide_closing,
        name="decide_closing",
    ),
    path("maand/<str:month>/", month.month_page, name="month_page"),
    path("maand/<str:month>/afsluiten/", closing_pages.close_month, name="close_month"),
    path(
        "maand/<str:month>/afsluiten/controleren/",
        closing_pages.check_closing,
        name="check_closing",
    ),
    path("taken/", jobs.jobs, name="jobs"),
    path("taken/<uuid:job_id>/", jobs.job, name="job"),
    path("ons-geld/", statement.statement, name="statement"),
    path("ons-geld/regel/<int:share_id>/", our_money_line.our_money_line, name="our_money_line"),
    path("ons-geld/afschriften/", our_statements.our_statements, name="our_statements"),
    path(
        "ons-geld/afschriften/<int:statement_id>.<slug:kind>",
        our_statements.our_statement_file,
        name="our_statement_file",
    ),
    path("ons-geld/stand/", our_money_parts.our_position, name="our_position"),
    path("ons-geld/verschil/", our_money_parts.our_difference, name="our_difference"),
    path("ons-geld/vergelijking/", our_money_parts.our_comparison, name="our_comparison"),
    path("ons-geld/vragen/", money_questions.our_questions, name="our_questions"),
    path("ons-geld/vragen/<int:question_id>/", money_questions.our_question, name="our_question"),
    path("boekhouding/vragen/", money_questions.money_questions, name="money_questions"),
    path(
        "boekhouding/vragen/<int:question_id>/",
        money_questions.money_question,
        name="money_question",
    ),
    path("contract/", contract_volumes.contract_volumes, name="contract_volumes"),
    path("mensen/", people.people, name="people"),
    path("mensen/nieuw/", people.new_person, name="new_person"),
    path("mensen/<int:person_id>/", people.person_page, name="person"),
    path("mensen/<int:person_id>/<slug:what>/", people.way_in, name="way_in"),
    path("mensen/functie/<int:position_id>/beeindigen/", people.end, name="end_position"),
    path("regelboek/", rule_book.rule_book, name="rulebook"),
    path("gezond/", running.health, name="health"),
    path("klaar/", running.readiness, name="readiness"),
    path("ui/", open_to_everybody_signed_in(components.components), name="components"),
    path("taal/", open_to_anybody(set_language), name="set_language"),
]
