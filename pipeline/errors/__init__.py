"""One tree of errors, and the one place where their words are.

`Transient` says that a retry will help (the network, a lock, a full disk); `Permanent` that it won't (a broken scan).
Every error has

- `code`: a stable name, printed to clerks as the support code and stored with what failed,
- `exit_code`: what the command line ends with,
- `clerk`: Vietnamese, what is wrong and what to do, without a technical word,
- `str(error)`: English, for the log: what happened, what was kept, what to do. Never a name or text of a person.

Adapters translate the exceptions of libraries into these; nothing outside an adapter catches a library's own.
"""

from __future__ import annotations

from pipeline.errors.connections import (
    AccessRefused,
    AnswerLost,
    AnswerNotUnderstood,
    CertificateRefused,
    ClockWrong,
    CredentialsRefused,
    FieldsDoubtful,
    LostThere,
    MappingWrong,
    NotConfigured,
    NotOffered,
    NotThereYet,
    RateLimited,
    RecordInvalid,
    RecordRefused,
    SystemUnavailable,
)
from pipeline.errors.faults import (
    CatalogueNewer,
    CatalogueOutdated,
    CatalogueUnavailable,
    ClockDiffers,
    ConfigurationError,
    DiskFull,
    FileUnreadable,
    FlowServerUnavailable,
    FolderNotWritable,
    FolderUnavailable,
    ImportRefused,
    Incomplete,
    IntegrityError,
    LeaseLost,
    ModelAltered,
    ModelMissing,
    NoProcess,
    NotFound,
    NotSettled,
    NoWorkspace,
    ObjectNotFound,
    Permanent,
    ProgramMissing,
    ReaderDiffers,
    ReadingFailed,
    ReadingTimedOut,
    SetIncomplete,
    SohoaError,
    SourceRefused,
    StoreRefused,
    StoreUnavailable,
    Transient,
    UsageError,
)
from pipeline.errors.scans import (
    ActivePdf,
    BlankPage,
    BrokenScan,
    CutOffPage,
    EmptyFile,
    EncryptedPdf,
    FileTooBig,
    FileTooLong,
    FormatRefused,
    GateRefused,
    IncompleteScan,
    LowDrawingResolution,
    LowResolution,
    NoColour,
    NoPages,
    NotAScan,
    OpeningFailed,
    PutAside,
    Rejected,
    SecretPaper,
    SetRefused,
    TooBlurred,
    TooDark,
    TooLarge,
    TooManyPages,
    UnknownCentre,
)

__all__ = [
    "AccessRefused",
    "ActivePdf",
    "AnswerLost",
    "AnswerNotUnderstood",
    "BlankPage",
    "BrokenScan",
    "CatalogueNewer",
    "CatalogueOutdated",
    "CatalogueUnavailable",
    "CertificateRefused",
    "ClockDiffers",
    "ClockWrong",
    "ConfigurationError",
    "CredentialsRefused",
    "CutOffPage",
    "DiskFull",
    "EmptyFile",
    "EncryptedPdf",
    "FieldsDoubtful",
    "FileTooBig",
    "FileTooLong",
    "FileUnreadable",
    "FlowServerUnavailable",
    "FolderNotWritable",
    "FolderUnavailable",
    "FormatRefused",
    "GateRefused",
    "ImportRefused",
    "Incomplete",
    "IncompleteScan",
    "IntegrityError",
    "LeaseLost",
    "LostThere",
    "LowDrawingResolution",
    "LowResolution",
    "MappingWrong",
    "ModelAltered",
    "ModelMissing",
    "NoColour",
    "NoPages",
    "NoProcess",
    "NoWorkspace",
    "NotAScan",
    "NotConfigured",
    "NotFound",
    "NotOffered",
    "NotSettled",
    "NotThereYet",
    "ObjectNotFound",
    "OpeningFailed",
    "Permanent",
    "ProgramMissing",
    "PutAside",
    "RateLimited",
    "ReaderDiffers",
    "ReadingFailed",
    "ReadingTimedOut",
    "RecordInvalid",
    "RecordRefused",
    "Rejected",
    "SecretPaper",
    "SetIncomplete",
    "SetRefused",
    "SohoaError",
    "SourceRefused",
    "StoreRefused",
    "StoreUnavailable",
    "SystemUnavailable",
    "TooBlurred",
    "TooDark",
    "TooLarge",
    "TooManyPages",
    "Transient",
    "UnknownCentre",
    "UsageError",
    "all_errors",
    "by_code",
    "explain",
]


def explain(error: SohoaError, name: str) -> str:
    """The Vietnamese text of a `.lydo.txt`: which file, what is wrong, what to do, the support code."""
    return f"Tệp: {name}\n\n{error.for_clerk()}\n\nMã hỗ trợ: {error.code}\n"


def all_errors() -> list[type[SohoaError]]:
    """Every class of the tree, the root first."""
    found: list[type[SohoaError]] = [SohoaError]
    for cls in found:
        found.extend(cls.__subclasses__())
    return found


def by_code(code: str) -> type[SohoaError]:
    """The class with this code; SohoaError itself where there is none (a row of another version)."""
    return next((cls for cls in all_errors() if cls.code == code), SohoaError)
