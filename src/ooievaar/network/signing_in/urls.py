"""Addresses of signing in: only those parts of allauth that we need.

No signing up, nothing by e-mail: an administrator adds people and gives one-time passwords.
"""

from allauth.account import views as account
from allauth.mfa.base import views as second_step
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.socialaccount import views as own_logins
from allauth.usersessions import views as sessions
from django.urls import path
from django.views.decorators.cache import never_cache

from ooievaar.network.signing_in import views

urlpatterns = [
    path("", account.login, name="account_login"),
    path("afmelden/", account.logout, name="account_logout"),
    path("opgeheven/", account.account_inactive, name="account_inactive"),
    path("opnieuw/", account.reauthenticate, name="account_reauthenticate"),
    path("opnieuw/code/", second_step.reauthenticate, name="mfa_reauthenticate"),
    path("wachtwoord/", views.change_password, name="account_change_password"),
    path("code/", second_step.authenticate, name="mfa_authenticate"),
    path("veilig/", second_step.index, name="mfa_index"),
    path("veilig/app/", views.activate, name="mfa_activate_totp"),
    path("veilig/app/weg/", views.deactivate, name="mfa_deactivate_totp"),
    path(
        "veilig/codes/",
        never_cache(recovery_codes.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "veilig/codes/nieuw/",
        recovery_codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path("veilig/sessies/", sessions.list_usersessions, name="usersessions_list"),
    path("organisatie/<slug:provider_id>/", views.own_login, name="openid_connect_login"),
    path(
        "organisatie/<slug:provider_id>/terug/",
        views.own_login_return,
        name="openid_connect_callback",
    ),
    path("gestopt/", own_logins.login_cancelled, name="socialaccount_login_cancelled"),
    path("mislukt/", own_logins.login_error, name="socialaccount_login_error"),
]
