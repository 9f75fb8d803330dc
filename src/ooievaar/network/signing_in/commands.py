"""What an administrator does so that somebody can come in, and the demo's shortcuts."""

import time
from datetime import timedelta

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ooievaar.network.models import Person
from ooievaar.network.signing_in.passwords import one_time_password
from ooievaar.network.signing_in.sessions import end_sessions


@transaction.atomic
def set_one_time_password(person: Person) -> str:
    """Give a person a password for a first time in, and end their sessions; return it, once.

    It works for a week (ONE_TIME_PASSWORD_DAYS), and only to choose a password of one's own.
    """
    password = one_time_password()
    person.set_password(password)
    person.must_change_password = True
    person.password_until = timezone.now() + timedelta(days=settings.ONE_TIME_PASSWORD_DAYS)
    person.save(update_fields=["password", "must_change_password", "password_until"])
    end_sessions(person)
    return password


@transaction.atomic
def remove_second_step(person: Person) -> None:
    """Take away a lost second step and its recovery codes, and end the person's sessions."""
    Authenticator.objects.filter(user=person).delete()
    end_sessions(person)


def link_own_login(person: Person, provider_id: str, uid: str) -> None:
    """Let a person come in through an organisation's login, where they are known as `uid`."""
    if provider_id not in settings.OWN_LOGINS:
        raise ValidationError(_("Deze aanmelding is hier niet ingesteld."), code="provider")
    if not uid or SocialAccount.objects.filter(provider=provider_id, uid=uid).exists():
        raise ValidationError(_("Deze persoon van de organisatie is al gekoppeld."), code="uid")
    SocialAccount.objects.create(user=person, provider=provider_id, uid=uid)


@transaction.atomic
def unlink_own_logins(person: Person) -> None:
    """Let a person no longer come in through any organisation's login."""
    SocialAccount.objects.filter(user=person).delete()
    end_sessions(person)


def enrol_demo_person(person: Person) -> None:
    """Give somebody of the demo a second step, unless they have one."""
    _must_be_of_the_demo(person)
    if not _authenticator(person):
        totp.TOTP.activate(person, totp.generate_totp_secret())


def current_code(person: Person) -> str:
    """Return the code that the phone of somebody of the demo would show; '' without one."""
    _must_be_of_the_demo(person)
    found = _authenticator(person)
    if not found:
        return ""
    counter = int(time.time()) // 30
    return totp.format_hotp_value(totp.hotp_value(decrypt(found.data["secret"]), counter))


def _authenticator(person: Person) -> Authenticator | None:
    return Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).first()


def _must_be_of_the_demo(person: Person) -> None:
    if not person.is_demo:
        raise ValueError("only people of the demo have a second step that another knows")
