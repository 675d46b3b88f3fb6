"""Whether a file is let in: what intake asks of a gate, and the gate that lets everything in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.errors import GateRefused, by_code
from pipeline.model import Document, Receipt, Remark, whole
from pipeline.ports import OpenScan


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """What is remarked on a file, and the documents that it holds, at least one."""

    remarks: tuple[Remark, ...]
    documents: tuple[Document, ...]


Admit = Callable[[OpenScan, str], Admitted]
"""Asks the gate of a centre, whose code comes last. Raises Rejected where the file is not let in."""


def admit_all(scan: OpenScan, centre: str) -> Admitted:  # noqa: ARG001  the gate's arguments
    return Admitted(remarks=(), documents=(whole(scan.original),))


def remark_text(remark: Remark) -> str:
    """A remark in Vietnamese; its code where this version does not know it."""
    kind = by_code(remark.code)
    if not issubclass(kind, GateRefused):
        return remark.code
    return kind(pages=remark.pages, measured=remark.measured, limit=remark.limit).facts()


def remarks_text(receipt: Receipt) -> str:
    """All that was remarked on a file, on one line; "" where nothing was."""
    return "; ".join(remark_text(remark) for remark in receipt.remarks)
