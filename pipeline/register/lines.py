"""Checked values out of one line of a register file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import TypeVar

from pipeline.clock import VIETNAM, local
from pipeline.register.layout import fold
from pipeline.register.problems import Problem, shown

T = TypeVar("T")

NAME_LIMIT = 1000
CODE_LIMIT = 64
EARLIEST_YEAR = 1945

_EXCEL_ERRORS = {"#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!"}
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2}))?")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_ISO = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_BROKEN = re.compile("[\x00\ufffd\ud800-\udfff]")
_YES = {"1", "true", "yes", "y", "x", "co", "dung", "roi", "daco", "dasohoa"}
_NO = {"0", "false", "no", "n", "khong", "sai", "chua", "chuasohoa"}


class BadDate(ValueError):
    """Text that is no date; says why in English and Vietnamese."""

    def __init__(self, en: str, vi: str) -> None:
        super().__init__(en)
        self.en = en
        self.vi = vi


def clean(text: str) -> str:
    """NFC, invisible characters out, one space between words."""
    if text.isalnum() and text.isascii():
        return text
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        if _INVISIBLE.search(text):
            text = _INVISIBLE.sub("", text)
    return " ".join(text.split())


def parse_moment(value: object) -> datetime:
    """A time from dd/MM/yyyy [HH:mm[:ss]], ISO 8601, yyyyMMdd[HHmmss] or a date cell; local where it has no zone.

    Returns UTC. A day alone is its midnight in Asia/Ho_Chi_Minh. Raises BadDate.
    """
    try:
        moment = _moment(value)
    except (ValueError, OverflowError) as error:
        if isinstance(error, BadDate):
            raise
        raise BadDate("is not a day of the calendar", "không phải là ngày có trong lịch") from None
    if moment.year < EARLIEST_YEAR:
        raise BadDate(f"is before {EARLIEST_YEAR}", f"sớm hơn năm {EARLIEST_YEAR}")
    return (moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)).astimezone(UTC)


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    text = clean(str(value))
    if _ISO.match(text):
        return datetime.fromisoformat(text)
    for pattern, order in ((_COMPACT, (0, 1, 2)), (_DAY_FIRST, (2, 1, 0))):
        found = pattern.fullmatch(text)
        if found:
            numbers = [int(part or 0) for part in found.groups()]
            year, month, day = (numbers[i] for i in order)
            hour, minute, second = numbers[3:]
            return datetime.combine(date(year, month, day), time(hour, minute, second))
    raise BadDate("is not a date (dd/MM/yyyy or yyyy-MM-dd)", "không phải là ngày (ngày/tháng/năm)")


class Line:
    """One line being read: hands out checked values and collects what is wrong with them."""

    __slots__ = ("formulas", "headings", "number", "problems", "refused", "values")

    def __init__(
        self, number: int, values: Mapping[str, object], headings: Mapping[str, str], *, formulas: bool = False
    ) -> None:
        self.number = number
        self.values = values
        self.headings = headings
        self.formulas = formulas
        self.problems: list[Problem] = []
        self.refused = False

    def refuse(self, field: str, en: str, vi: str, value: object = None) -> None:
        """The line cannot be imported."""
        self.refused = True
        self._note(field, en, vi, value, rejected=True)

    def warn(self, field: str, en: str, vi: str, value: object = None) -> None:
        """The line is imported, but somebody should look at it."""
        self._note(field, en, vi, value, rejected=False)

    def _note(self, field: str, en: str, vi: str, value: object, *, rejected: bool) -> None:
        value = self.values.get(field) if value is None else value
        column = self.headings.get(field, field)
        self.problems.append(
            Problem(line=self.number, column=column, value=shown(value), reason_en=en, reason_vi=vi, rejected=rejected)
        )

    def text(self, field: str, *, limit: int = NAME_LIMIT, required: bool = False) -> str:
        value = self.values.get(field)
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # a code that Excel took for a number
        text = "" if value is None else clean(str(value))
        if text in _EXCEL_ERRORS:
            self.refuse(field, "is an error of a formula", "là lỗi công thức")
        elif (not text.isascii() and _BROKEN.search(text)) or "\x00" in text:
            self.refuse(field, "holds a broken character; save the file as UTF-8", "có ký tự hỏng; hãy lưu tệp UTF-8")
        elif len(text) > limit:
            self.refuse(field, f"is longer than {limit} characters", f"dài quá {limit} ký tự")
        elif required and not text:
            self.refuse_empty(field)
        return text

    def refuse_empty(self, field: str) -> None:
        if self.formulas:
            self.refuse(
                field,
                "is empty (a formula reads as empty until Excel has saved its value)",
                "bị trống (ô công thức cần được Excel tính rồi lưu lại)",
            )
        else:
            self.refuse(field, "is empty", "bị trống")

    def code(self, field: str, *, required: bool = False) -> str:
        return self.text(field, limit=CODE_LIMIT, required=required)

    def moment(self, field: str) -> datetime | None:
        if self._blank(field):
            return None
        value = self.values[field]
        try:
            if isinstance(value, int | float) and not isinstance(value, bool) and value < 10**7:
                raise BadDate(
                    "is a plain number; format the column as dates", "là số; hãy định dạng cột theo kiểu ngày tháng"
                )
            return parse_moment(int(value) if isinstance(value, float) else value)
        except BadDate as error:
            self.refuse(field, error.en, error.vi)
            return None

    def day(self, field: str) -> date | None:
        moment = self.moment(field)
        return local(moment).date() if moment else None

    def flag(self, field: str, default: bool = False) -> bool:
        if self._blank(field):
            return default
        value = self.values[field]
        word = fold(str(int(value) if isinstance(value, bool | float) else value))
        if word in _YES:
            return True
        if word not in _NO:
            self.refuse(field, "is neither 1 nor 0 (có/không)", "không phải 1 hoặc 0 (có/không)")
        return False

    def choice(self, field: str, choices: Mapping[str, T], default: T) -> T:
        """The value whose folded name is in `choices`; `default` for an empty cell."""
        if self._blank(field):
            return default
        word = fold(self.text(field))
        if word not in choices:
            self.refuse(field, "is none of the known values", "không thuộc các giá trị được quy định")
            return default
        return choices[word]

    def _blank(self, field: str) -> bool:
        value = self.values.get(field)
        return value is None or (isinstance(value, str) and not clean(value))
