"""Signing in: passwords, the second step, logins of organisations, sessions that end."""

import os

from ooievaar.network.signing_in.own_logins import allauth_apps, read_own_logins

LOGIN_URL = "/aanmelden/"
LOGIN_REDIRECT_URL = "/"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]

# Passwords: long ones, in any characters; ASVS 5.0 6.2.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
PASSWORD_LEAST_LENGTH = 12
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "ooievaar.network.signing_in.passwords.LongEnough",
        "OPTIONS": {"min_length": PASSWORD_LEAST_LENGTH},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "first_name", "last_name", "email")},
    },
    {"NAME": "ooievaar.network.signing_in.passwords.NotOurWords"},
]
ONE_TIME_PASSWORD_DAYS = 7

# Sessions: gone with the browser, after half an hour of silence, and at the latest after a shift.
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 12 * 3600
SESSION_IDLE_SECONDS = 30 * 60

ACCOUNT_ADAPTER = "ooievaar.network.signing_in.adapters.Entrance"
ACCOUNT_FORMS = {
    "login": "ooievaar.network.signing_in.forms.SignInForm",
    "change_password": "ooievaar.network.signing_in.forms.PasswordForm",
    "reauthenticate": "ooievaar.network.signing_in.forms.PasswordAgainForm",
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_PRESERVE_USERNAME_CASING = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
# Half the house may come in through one address: what one address may try is wide, one name not.
ACCOUNT_RATE_LIMITS = {
    "login": "120/m/ip",
    "login_failed": "60/m/ip,5/10m/key",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
}

MFA_ADAPTER = "ooievaar.network.signing_in.adapters.SecondStep"
MFA_FORMS = {
    "authenticate": "ooievaar.network.signing_in.forms.CodeForm",
    "reauthenticate": "ooievaar.network.signing_in.forms.CodeAgainForm",
    "activate_totp": "ooievaar.network.signing_in.forms.FirstCodeForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Ooievaar"
# A phone's clock may be half a minute off; forms.py sees that no code is taken twice.
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Nobody signs up here, and no e-mail address opens anything.
MFA_ALLOW_UNVERIFIED_EMAIL = True

# The logins of organisations themselves, by OpenID Connect.
OWN_LOGINS = read_own_logins(os.environ.get("OOIEVAAR_OIDC_FILE", ""))
SOCIALACCOUNT_ADAPTER = "ooievaar.network.signing_in.adapters.OwnLoginEntrance"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": allauth_apps(OWN_LOGINS)}
SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = ""
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_STORE_TOKENS = False
# A link: a form could not be sent on to another site under our content policy.
SOCIALACCOUNT_LOGIN_ON_GET = True
