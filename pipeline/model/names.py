"""What names and dates things: digests, and times with a zone."""

from __future__ import annotations

import hashlib
from datetime import datetime


def digest(*parts: str) -> str:
    """20 hex digits that name the parts in their order: 80 bits, enough for 10**9 documents."""
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:20]


def require_aware(moment: datetime) -> datetime:
    """Returns `moment`, which must carry a time zone; raises ValueError otherwise."""
    if moment.tzinfo is None:
        raise ValueError(f"a time without a zone: {moment.isoformat()}")
    return moment
