"""Addresses of the pages of this room."""

from django.urls import path

from ooievaar.network import views

urlpatterns = [path("werkplek/", views.workplace, name="workplace")]
