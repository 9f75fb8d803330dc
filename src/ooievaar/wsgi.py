"""The WSGI application that a web server calls; it does not start on weak settings."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ooievaar.settings")
try:
    application = get_wsgi_application()
except ImproperlyConfigured as refusal:
    sys.stderr.write(f"{refusal}\n")
    raise SystemExit(2) from None
