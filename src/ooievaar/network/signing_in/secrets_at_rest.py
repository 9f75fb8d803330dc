"""What opens the second step, unreadable in the database and its backups."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PURPOSE = b"ooievaar second step"


def encrypt(text: str) -> str:
    """Encrypt under a key that follows from the secret key of now."""
    return _box().encrypt(text.encode()).decode()


def decrypt(text: str) -> str:
    """Decrypt what was encrypted under the secret key of now or an earlier one."""
    return _box().decrypt(text.encode()).decode()


def _box() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(key.encode())
    return urlsafe_b64encode(made)
