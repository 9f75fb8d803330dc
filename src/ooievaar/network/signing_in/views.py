"""Pages of signing in where we want something else than allauth."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import PasswordChangeView
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from requests import RequestException


@method_decorator(never_cache, name="dispatch")
class ChangePassword(PasswordChangeView):
    """Choosing a password; who comes through an organisation's login has none here."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show the page to whom has a password."""
        if request.user.is_authenticated and not request.user.has_usable_password():
            return render(request, "account/no_password.html", status=404)
        return super().dispatch(request, *args, **kwargs)


@method_decorator(never_cache, name="dispatch")
class Activate(ActivateTOTPView):
    """Putting a second step in place; typing its first code is taking it."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the secret in groups of four, for who types it."""
        context = super().get_context_data(**kwargs)
        secret = context["form"].secret
        context["secret"] = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
        return context

    def form_valid(self, form: Any) -> HttpResponse:
        """Count this session as one that took the second step."""
        response = super().form_valid(form)
        record_authentication(
            self.request,
            self.request.user,
            "mfa",
            type=str(Authenticator.Type.TOTP),
            reauthenticated=True,
        )
        return response


@method_decorator(never_cache, name="dispatch")
class Deactivate(DeactivateTOTPView):
    """Taking a second step away: a new one is asked for at once."""

    success_url = reverse_lazy("mfa_activate_totp")


def _when_it_answers(
    view: Callable[..., HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Say plainly that an organisation's login does not answer."""

    @wraps(view)
    def ask(request: HttpRequest, provider_id: str) -> HttpResponseBase:
        try:
            return view(request, provider_id)
        except RequestException:
            return render(request, "socialaccount/authentication_error.html", status=502)

    return ask


change_password = ChangePassword.as_view()
activate = Activate.as_view()
deactivate = Deactivate.as_view()
own_login = _when_it_answers(openid_connect.login)
own_login_return = _when_it_answers(openid_connect.callback)
