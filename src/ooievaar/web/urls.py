"""Addresses of the pages that join several rooms."""

from django.urls import path
from django.views.i18n import set_language

from ooievaar.web import month, pregnancies, rule_book, why

urlpatterns = [
    path("", month.newest_month, name="home"),
    path("maand/", month.newest_month, name="month"),
    path("maand/<str:month>/", month.month_page, name="month_page"),
    path("zwangeren/", pregnancies.pregnancy_list, name="pregnancies"),
    path("zwangeren/<int:pregnancy_id>/", pregnancies.pregnancy_page, name="pregnancy"),
    path("waarom/activiteit/<int:activity_id>/", why.why_activity, name="why_activity"),
    path("waarom/product/<int:product_no>/", why.why_product, name="why_product"),
    path("waarom/breker/<int:breaker_id>/", why.why_breaker, name="why_breaker"),
    path("regelboek/", rule_book.rule_book, name="rulebook"),
    path("taal/", set_language, name="set_language"),
]
