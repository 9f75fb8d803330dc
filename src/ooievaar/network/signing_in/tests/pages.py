"""A house with two rooms behind the entrance, so that its tests need no other pages."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.i18n import set_language

from ooievaar.network.doors import open_to, open_to_anybody, open_to_everybody_signed_in
from ooievaar.network.roles import Role
from ooievaar.network.signing_in.again import reauthenticated


@open_to_everybody_signed_in
def home(request: HttpRequest) -> HttpResponse:
    return HttpResponse("thuis")


@open_to(*Role)
@reauthenticated
def weighty(request: HttpRequest) -> HttpResponse:
    return HttpResponse("betaald" if request.method == "POST" else "weet u het zeker?")


urlpatterns = [
    path("aanmelden/", include("ooievaar.network.signing_in.urls")),
    path("", include("ooievaar.network.urls")),
    path("", home, name="home"),
    path("taal/", open_to_anybody(set_language), name="set_language"),
    path("zwaar/", weighty, name="weighty"),
]
