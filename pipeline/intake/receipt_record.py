"""A receipt as an object, with the original and documents that came with it: the catalogue is rebuilt from these."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from pydantic import ValidationError

from pipeline.adapters import adapter
from pipeline.errors import IntegrityError
from pipeline.model import Document, Original, Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRecord:
    receipt: Receipt
    original: Original
    documents: tuple[Document, ...]


def dump(receipt: Receipt, original: Original, documents: Sequence[Document]) -> bytes:
    content = {
        "receipt": asdict(receipt) | {"received_at": receipt.received_at.isoformat()},
        "original": asdict(original),
        "documents": [{"id": document.id, **asdict(document)} for document in documents],
    }
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True).encode()


def load(data: bytes) -> ReceiptRecord:
    """Raises IntegrityError."""
    try:
        return adapter(ReceiptRecord).validate_json(data)
    except ValidationError:
        raise IntegrityError("The record of a receipt cannot be read.") from None
