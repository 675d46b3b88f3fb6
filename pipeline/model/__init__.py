"""The nouns of sohoa. Everything here is an immutable value; facts of the field are cited where they decide a shape.

Times are aware datetimes in UTC. All text is in Unicode NFC. Identifiers of documents, receipts and readings are
functions of what they name, so that doing a thing twice does it once.
"""

from pipeline.model.gate import (
    Action,
    GateSetting,
    Rule,
)
from pipeline.model.matching import (
    Clues,
    Match,
    MatchSource,
    PaperKind,
)
from pipeline.model.names import (
    digest,
    require_aware,
)
from pipeline.model.pages import (
    Artifact,
    Code,
    Line,
    LineKind,
    ModelFile,
    PageImage,
    PageReading,
    Pixels,
    ReaderIdentity,
    Reading,
    ScanPage,
    TextSource,
    Word,
)
from pipeline.model.rates import (
    Measure,
    Period,
    Tally,
)
from pipeline.model.register import (
    Centre,
    Channel,
    Component,
    Dossier,
    DossierStatus,
    Level,
    Procedure,
    ProcedureComponent,
    Result,
    Scope,
    StatusChange,
    Succession,
    Target,
    Unit,
)
from pipeline.model.reported import (
    Connection,
    ConnectionState,
    IndexFigure,
)
from pipeline.model.scans import (
    Document,
    DocumentState,
    MediaType,
    Original,
    PageRange,
    Receipt,
    Remark,
    Tombstone,
    whole,
)

__all__ = [
    "Action",
    "Artifact",
    "Centre",
    "Channel",
    "Clues",
    "Code",
    "Component",
    "Connection",
    "ConnectionState",
    "Document",
    "DocumentState",
    "Dossier",
    "DossierStatus",
    "GateSetting",
    "IndexFigure",
    "Level",
    "Line",
    "LineKind",
    "Match",
    "MatchSource",
    "Measure",
    "MediaType",
    "ModelFile",
    "Original",
    "PageImage",
    "PageRange",
    "PageReading",
    "PaperKind",
    "Period",
    "Pixels",
    "Procedure",
    "ProcedureComponent",
    "ReaderIdentity",
    "Reading",
    "Receipt",
    "Remark",
    "Result",
    "Rule",
    "ScanPage",
    "Scope",
    "StatusChange",
    "Succession",
    "Tally",
    "Target",
    "TextSource",
    "Tombstone",
    "Unit",
    "Word",
    "digest",
    "require_aware",
    "whole",
]
