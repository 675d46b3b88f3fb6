"""Time as sohoa tells it: UTC inside, Asia/Ho_Chi_Minh for people. Functions take the time as an argument; only the
outermost callers ask for it here."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pipeline.model import Period

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    return moment.astimezone(VIETNAM)


def local_day(moment: datetime) -> date:
    return local(moment).date()


def bounds(period: Period) -> tuple[datetime, datetime]:
    """The half-open interval of UTC that a period of local days covers."""
    first = datetime.combine(period.first, time(), VIETNAM)
    after = datetime.combine(period.last + timedelta(days=1), time(), VIETNAM)
    return first.astimezone(UTC), after.astimezone(UTC)
