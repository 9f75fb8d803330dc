"""Addresses of the pages of this room."""

from django.urls import path

from ooievaar.contracts.pages import deciding, overview, reading, talking, writing

ONE = "verdeelafspraken/<int:agreement_id>/"

urlpatterns = [
    path("verdeelafspraken/", overview.agreements, name="agreements"),
    path("verdeelafspraken/schema.json", overview.agreement_schema, name="agreement_schema"),
    path("verdeelafspraken/schrijven/", writing.write_agreement, name="write_agreement"),
    path(ONE, reading.agreement, name="agreement"),
    path(f"{ONE}tekst.yaml", reading.agreement_yaml, name="agreement_yaml"),
    path(f"{ONE}gesprek/", talking.remark_on_agreement, name="remark_on_agreement"),
    path(f"{ONE}voorstellen/", deciding.propose_agreement, name="propose_agreement"),
    path(f"{ONE}intrekken/", deciding.withdraw_agreement, name="withdraw_agreement"),
    path(f"{ONE}tekenen/", deciding.sign_agreement, name="sign_agreement"),
    path(f"{ONE}van-kracht/", deciding.start_agreement, name="start_agreement"),
    path(f"{ONE}beeindigen/", deciding.end_agreement, name="end_agreement"),
]
