"""Opening a network."""

from __future__ import annotations

from pathlib import Path

import onnxruntime as ort


def open_network(path: Path) -> ort.InferenceSession:
    """A network on one thread: one reader per core, and the same sums in the same order each time."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
