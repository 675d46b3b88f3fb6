"""What the domain asks of the outside. Each Protocol has five methods or fewer and one suite in tests/contract/.

Errors: adapters raise only `pipeline.errors`. Whatever needs a network, a disk or a database may raise `Transient`
(StoreUnavailable, CatalogueUnavailable, DiskFull) or ConfigurationError; only other errors are named below.
"""

from __future__ import annotations

from pipeline.ports.catalogue import (
    Claim,
    DocumentQueue,
    DocumentShelf,
    DocumentView,
    GateBook,
    Hit,
    MatchBook,
    ReceiptBook,
    RetryDesk,
    Tombstones,
)
from pipeline.ports.connectors import (
    ConnectionBook,
    Connector,
    DifferenceBook,
    DossierPapers,
    DraftBook,
    LookUpLog,
    Outbox,
    Shared,
    SharingFigures,
    VerificationCache,
)
from pipeline.ports.keeping import CatalogueDump, Inventory, Restoration
from pipeline.ports.objects import ObjectStore, Purge, StoredObject
from pipeline.ports.rates import ClerkDesk, CopiedResult, EditionBook, QualityBook, RateSource, ReportedFigures
from pipeline.ports.reading import (
    END,
    START,
    LanguageModel,
    OpenScan,
    PageAnalyser,
    Pose,
    Reader,
    ScanOpener,
    StampReader,
    TextBlock,
)
from pipeline.ports.register import Changes, Register, RegisterLookup, UnitBook

__all__ = [
    "END",
    "START",
    "CatalogueDump",
    "Changes",
    "Claim",
    "ClerkDesk",
    "ConnectionBook",
    "Connector",
    "CopiedResult",
    "DifferenceBook",
    "DocumentQueue",
    "DocumentShelf",
    "DocumentView",
    "DossierPapers",
    "DraftBook",
    "EditionBook",
    "GateBook",
    "Hit",
    "Inventory",
    "LanguageModel",
    "LookUpLog",
    "MatchBook",
    "ObjectStore",
    "OpenScan",
    "Outbox",
    "PageAnalyser",
    "Pose",
    "Purge",
    "QualityBook",
    "RateSource",
    "Reader",
    "ReceiptBook",
    "Register",
    "RegisterLookup",
    "ReportedFigures",
    "Restoration",
    "RetryDesk",
    "ScanOpener",
    "Shared",
    "SharingFigures",
    "StampReader",
    "StoredObject",
    "TextBlock",
    "Tombstones",
    "UnitBook",
    "VerificationCache",
]
