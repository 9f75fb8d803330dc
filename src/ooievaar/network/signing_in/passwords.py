"""Passwords: what may not be one, and one that another gives."""

import secrets

from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

OUR_WORDS = (
    "ooievaar verloskunde verloskundige zwanger zwangerschap geboorte geboortezorg bevalling "
    "kraamzorg kraam gynaecoloog ziekenhuis praktijk welkom wachtwoord password igo vsv"
).split()
LEAST_OWN_CHARS = 8
MOST_CHARS = 256
"""Long enough for any sentence, short enough that hashing it is no attack."""

PLAIN_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look alike: i, l, 1, o, 0."""


class LongEnough(MinimumLengthValidator):
    """Refuses a short password, in words that Django has not in Dutch."""

    def get_error_message(self) -> str:
        """Say the rule."""
        return _("Dit wachtwoord is te kort: neem minstens %d tekens.") % self.min_length


class NotOurWords:
    """Refuses a password that is little more than words everybody here would try first."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Raise when fewer than eight characters are left without these words."""
        left = password.casefold()
        for word in sorted(OUR_WORDS, key=len, reverse=True):
            left = left.replace(word, "")
        if left != password.casefold() and len(left) < LEAST_OWN_CHARS:
            raise ValidationError(self.get_help_text(), code="password_our_words")

    def get_help_text(self) -> str:
        """Say the rule."""
        return _("Dit wachtwoord bestaat vooral uit woorden die hier voor de hand liggen.")


def one_time_password() -> str:
    """Return a password to be read out and typed once: four groups, 79 bits of chance."""
    groups = ("".join(secrets.choice(PLAIN_SIGNS) for _ in range(4)) for _ in range(4))
    return "-".join(groups)
