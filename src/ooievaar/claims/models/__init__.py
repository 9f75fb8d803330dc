"""What is remembered of what was claimed, answered and paid."""

from ooievaar.claims.models.answers import Payment, PaymentLine, ReturnFile
from ooievaar.claims.models.batches import Batch, BatchLine, BatchStep, ClaimFile
from ooievaar.claims.models.definitions import ImportedCodes, ImportedLayout, KeptLayout
from ooievaar.claims.models.lines import (
    ClaimLine,
    LineEvent,
    LineStanding,
    LineState,
    Release,
)
from ooievaar.claims.models.member_files import (
    MemberCodeTable,
    MemberFile,
    MemberFileLine,
    MemberReturn,
)
from ooievaar.claims.models.work import ProblemMark, Proposal, Touch

__all__ = [
    "Batch",
    "BatchLine",
    "BatchStep",
    "ClaimFile",
    "ClaimLine",
    "ImportedCodes",
    "ImportedLayout",
    "KeptLayout",
    "LineEvent",
    "LineStanding",
    "LineState",
    "MemberCodeTable",
    "MemberFile",
    "MemberFileLine",
    "MemberReturn",
    "Payment",
    "PaymentLine",
    "ProblemMark",
    "Proposal",
    "Release",
    "ReturnFile",
    "Touch",
]
