"""Check your answers: what is confirmed is exactly what was shown.

The page that shows the answers carries them signed; the confirmation reads them back from there,
not from the session, which another tab may have changed.
"""

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext as _

FIELD = "antwoorden"
"""Name of the hidden field that carries them."""
SALT = "ooievaar.check-answers"
MOST_AGE = 30 * 60
"""Seconds that a page may lie open before it is shown again."""


def sign_answers(answers: dict[str, Any], purpose: str = "") -> str:
    """Return answers as a signed text for a hidden field; JSON can hold them.

    `purpose` binds them to one action (and, where it moves money, to one person), so that what was
    signed for one thing does not open another.
    """
    return signing.dumps(answers, salt=f"{SALT}:{purpose}", compress=True)


def read_answers(token: str, max_age: int = MOST_AGE, purpose: str = "") -> dict[str, Any] | None:
    """Return the answers that were signed; None when they were changed or lay too long."""
    try:
        answers = signing.loads(token, salt=f"{SALT}:{purpose}", max_age=max_age)
    except signing.BadSignature:
        return None
    return answers if isinstance(answers, dict) else None


def confirmed(request: HttpRequest, purpose: str) -> dict[str, Any] | None:
    """Return what was confirmed; None, with a warning for the reader, if it must be shown again."""
    answers = read_answers(request.POST.get(FIELD, ""), purpose=purpose)
    if answers is None:
        messages.warning(request, _("De pagina stond te lang open. Kijk het nog eens na."))
    return answers
