"""Log lines of every process of an installation: for people or as JSON (`log_format`), with the document and the flow
run that they are about, and without personal data.

Processes of ours call `configure`. Prefect's own get the same from `prefect_logging.yml`, which
`flows.prefect_environment` names to them.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Literal

from pythonjsonlogger.json import JsonFormatter

LogFormat = Literal["text", "json"]
PREFECT_CONFIGURATION = Path(__file__).with_name("prefect_logging.yml")
_document: ContextVar[str] = ContextVar("document", default="")

_MASKS = (
    # Personal numbers of 12 digits, or 9 as they were before 2021, and telephone numbers.
    (re.compile(r"(?<![\w.-])(?:\d{12}|\d{9}|(?:0|\+84)\d{9})(?![\w-])"), "…"),
    (re.compile(r"(?<![\w.@/+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "…@…"),
    # What clerks call their folders and files; whose they are, the centre's code, stays.
    (re.compile(r"((?:inbox|done|rejected)/[^/\s'\"]+/)(?:[^/'\"\n]+/)+"), r"\1…/"),
    (re.compile(r"(?<=/)[^/'\"\n]+(\.(?:pdf|png|jpe?g|jp2|tiff?|bmp|gif|webp|heic|docx?|xlsx?|csv)\b)", re.I), r"…\1"),
)


def masked(text: str) -> str:
    """`text` without what names a person: numbers, addresses, names of files and of folders below a centre's."""
    for pattern, instead in _MASKS:
        text = pattern.sub(instead, text)
    return text


@contextmanager
def about(document: str) -> Iterator[None]:
    """What is logged here is about this document."""
    token = _document.set(document)
    try:
        yield
    finally:
        _document.reset(token)


class About(logging.Filter):
    """Gives a line its `document` and `flow_run_id`, where it has them, and masks its words and its traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        if document := getattr(record, "document", "") or _document.get():
            record.document = document
        if run := getattr(record, "flow_run_id", "") or os.environ.get("PREFECT__FLOW_RUN_ID", ""):
            record.flow_run_id = str(run)
        record.msg, record.args = masked(record.getMessage()), None
        if record.exc_info:
            record.exc_text = masked(logging.Formatter().formatException(record.exc_info))
            record.exc_info = None
        return True


class Text(logging.Formatter):
    """`2026-11-25 09:00:00,000 INFO flows.work: read with balanced [document 0a…, flow run 1b…]`"""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  the name that logging gives it
        named = (("document", getattr(record, "document", "")), ("flow run", getattr(record, "flow_run_id", "")))
        found = ", ".join(f"{name} {value}" for name, value in named if value)
        return super().formatMessage(record) + (f" [{found}]" if found else "")


class Json(JsonFormatter):
    """`{"at": "2026-11-25T02:00:00+00:00", "level": "INFO", "logger": …, "message": …, "document": …, …}`"""

    def __init__(self) -> None:
        super().__init__(
            "%(levelname)s %(name)s %(message)s",
            rename_fields={"levelname": "level", "name": "logger", "exc_info": "traceback"},
            timestamp="at",
            json_ensure_ascii=False,
        )


def configure(log_format: LogFormat) -> None:
    """How this process logs, from now on, on its standard error."""
    handler = logging.StreamHandler()
    handler.addFilter(About())
    handler.setFormatter(Json() if log_format == "json" else Text())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for ours in ("flows", "pipeline", "__main__"):
        logging.getLogger(ours).setLevel(logging.INFO)
