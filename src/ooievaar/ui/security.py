"""Headers that keep a page to itself: nothing inline, nothing from elsewhere, nothing kept."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
NOT_USED = """
    accelerometer autoplay camera display-capture encrypted-media fullscreen geolocation gyroscope
    hid magnetometer microphone midi payment publickey-credentials-get serial usb
    xr-spatial-tracking
""".split()
"""What a browser could offer a page, and no page of ours asks."""
PERMISSIONS = ", ".join(f"{name}=()" for name in NOT_USED)


class ContentSecurityPolicy:
    """Adds the headers to every page; static files are served before it and may be kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request with the headers on it."""
        response = self.get_response(request)
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Permissions-Policy"] = PERMISSIONS
        # Care data stays in no cache: not on the way, nor on a shared computer after signing out.
        response.headers["Cache-Control"] = "no-store, private"
        return response
