"""What is counted, for which days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pipeline.model.register import Centre


class Measure(StrEnum):
    """What is counted for a centre and a period; dossiers are those received in the period.

    A paper that only the register's own flag says is digitized is counted in the measure and again in the one
    with `_by_flag`, so that a report can say how much rests on which.
    """

    DOSSIERS = "dossiers"
    DOSSIERS_RESOLVED = "dossiers_resolved"
    DOSSIERS_PAYMENT_DUE = "dossiers_payment_due"
    """Dossiers that wait until a fee or charge is paid."""
    DOSSIERS_DIGITIZED = "dossiers_digitized"
    DOSSIERS_DIGITIZED_BY_FLAG = "dossiers_digitized_by_flag"
    DOSSIERS_REUSING = "dossiers_reusing"
    RESULT_DOSSIERS = "result_dossiers"
    """Dossiers of procedures whose result is a document."""
    E_RESULTS = "e_results"
    E_RESULTS_BY_FLAG = "e_results_by_flag"
    COMPONENTS = "components"
    COMPONENTS_DIGITIZED = "components_digitized"
    COMPONENTS_DIGITIZED_BY_FLAG = "components_digitized_by_flag"
    RESULTS = "results"
    RESULTS_DIGITIZED = "results_digitized"
    RESULTS_DIGITIZED_BY_FLAG = "results_digitized_by_flag"
    RESULTS_SAME_AS_COMPONENT = "results_same_as_component"
    """Results left out because their file is that of a component (a known trick of real feeds)."""
    DOSSIERS_UNDATED = "dossiers_undated"
    """Dossiers without a reception date: in no period, counted as such."""
    CENTRES = "centres"
    """1 where the centre was in operation in the period."""
    CENTRES_DIGITIZING = "centres_digitizing"
    """1 where it has at least one digitized component and at least one digitized result in the period."""
    DOCUMENTS_UNMATCHED = "documents_unmatched"
    """Documents that the centre dropped and that belong to no dossier yet; not bound to the period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The counts of one centre. A measure that is absent is 0."""

    centre: Centre
    counts: Mapping[Measure, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureTally:
    """The counts of one procedure at one centre, or at all of a nation (`centre` is ""): dossiers, those digitized,
    those that wait for a payment, those whose result is a document, and those of them with a digitized one."""

    procedure: str
    centre: str = ""
    counts: Mapping[Measure, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Days first to last, both included, in Asia/Ho_Chi_Minh; `name` as the user wrote it (9T/2023)."""

    name: str
    first: date
    last: date
