"""Forms of signing in: our words, and what browsers and password managers need to help."""

from typing import Any, cast

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.base import forms as code_forms
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from ooievaar.network.models import Person
from ooievaar.network.signing_in.passwords import MOST_CHARS

USED_CODE_SECONDS = 3 * 30
"""As long as a code may be taken, the half minutes before and after its own included."""


def _dress(field: forms.Field, label: Any, **attrs: str) -> None:
    """Give a field its label and attributes; no placeholder, which vanishes under the hands."""
    field.label = label
    field.help_text = ""
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs.update({"class": "form-control", **attrs})


def _dress_password(field: forms.Field, label: Any, use: str) -> None:
    _dress(field, label, autocomplete=use)
    # No maxlength on the page: what a person pastes is refused aloud, never cut short in silence.
    field.validators.append(MaxLengthValidator(MOST_CHARS))


def _dress_code(field: forms.Field, label: Any) -> None:
    _dress(field, label, autocomplete="one-time-code", spellcheck="false")
    # A recovery code has figures only, too.
    field.widget.attrs.update({"inputmode": "numeric", "autofocus": True})


class SignInForm(LoginForm):
    """Name and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(
            self.fields["login"],
            _("Gebruikersnaam"),
            autocomplete="username",
            autocapitalize="none",
            spellcheck="false",
            autofocus="",
        )
        _dress_password(self.fields["password"], _("Wachtwoord"), "current-password")


class PasswordForm(ChangePasswordForm):
    """A password of one's own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = (
            _("Eenmalig wachtwoord")
            if cast(Person, self.user).must_change_password
            else _("Wachtwoord van nu")
        )
        _dress_password(self.fields["oldpassword"], now, "current-password")
        _dress_password(self.fields["password1"], _("Nieuw wachtwoord"), "new-password")
        _dress_password(self.fields["password2"], _("Nog een keer"), "new-password")
        self.fields["password1"].help_text = _(
            "Minstens twaalf tekens. Een zin die alleen u kent werkt goed; plakken mag."
        )

    def clean(self) -> dict[str, Any]:
        """See that it is another one, twice the same."""
        given = cast(dict[str, Any], super().clean())
        new = given.get("password1")
        if new and new == given.get("oldpassword"):
            self.add_error("password1", _("Kies een ander wachtwoord dan dat van nu."))
        if "password2" in self.errors and new:
            self.errors["password2"] = self.error_class([_("Typ twee keer hetzelfde.")])
        return given


class PasswordAgainForm(ReauthenticateForm):
    """The password once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress_password(self.fields["password"], _("Wachtwoord"), "current-password")
        self.fields["password"].widget.attrs["autofocus"] = True

    def clean_password(self) -> str:
        """See whether it is the password; locked sounds the same as wrong."""
        try:
            return cast(str, super().clean_password())
        except ValidationError:
            raise ValidationError(
                _("Dit wachtwoord klopt niet. Na vijf pogingen: wacht tien minuten.")
            ) from None


class OnceOnly:
    """A code is taken once: who looked over a shoulder comes too late."""

    user: Person
    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        """See whether the code is right, and new; wrong, used and locked sound the same."""
        from ooievaar.network.signing_in.adapters import WRONG_CODE

        try:
            code = cast(str, super().clean_code())  # type: ignore[misc]
        except ValidationError:
            raise ValidationError(WRONG_CODE, code="incorrect_code") from None
        plain = normalize_user_code(code)
        if len(plain) == app_settings.TOTP_DIGITS and not cache.add(
            f"code-used:{self.user.pk}:{plain}", "y", timeout=USED_CODE_SECONDS
        ):
            raise ValidationError(WRONG_CODE, code="incorrect_code")
        return code


class CodeForm(OnceOnly, code_forms.AuthenticateForm):
    """The second step when coming in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress_code(self.fields["code"], _("Code"))


class CodeAgainForm(OnceOnly, code_forms.ReauthenticateForm):
    """A code once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress_code(self.fields["code"], _("Code"))


class FirstCodeForm(OnceOnly, ActivateTOTPForm):
    """The first code of a new app, which proves that it works."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress_code(self.fields["code"], _("Code die de app nu toont"))
