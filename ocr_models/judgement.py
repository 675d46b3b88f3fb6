"""The file of coefficients by which words are judged: JSON, numbers with four digits behind the point."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.errors import ModelAltered, ModelMissing
from pipeline.reading.evidence import READING, STROKES
from pipeline.reading.judge import Curve, Judge

FILE = "judgement.json"
_CURVES = ("right", "glance", "printed")
_DIGITS = 4


def load(path: Path) -> Judge:
    """Raises ModelMissing, ModelAltered (not such a file, or one for other evidence)."""
    try:
        found = json.loads(path.read_text("utf-8"))
        if found["evidence"] != [*READING, *STROKES]:
            raise ModelAltered(path.name)
        right, glance, printed = (_curve(found[name]) for name in _CURVES)
        return Judge(right=right, glance=glance, printed=printed)
    except FileNotFoundError as error:
        raise ModelMissing(path.name) from error
    except (ValueError, KeyError, TypeError) as error:
        raise ModelAltered(path.name) from error


def _curve(found: Mapping[str, Any]) -> Curve:
    arrays = {name: np.array(found[name], np.float64) for name in ("middle", "spread", "coefficients")}
    return Curve(base=float(found["base"]), **arrays)


def save(judge: Judge, path: Path) -> None:
    """Equal curves are equal bytes."""
    curves = {name: _plain(getattr(judge, name)) for name in _CURVES}
    path.write_text(json.dumps({"evidence": [*READING, *STROKES], **curves}, indent=None) + "\n", "utf-8")


def _plain(curve: Curve) -> dict[str, object]:
    arrays = {name: getattr(curve, name).round(_DIGITS).tolist() for name in ("middle", "spread", "coefficients")}
    return {"base": round(curve.base, _DIGITS), **arrays}
