"""Opening a network."""

from __future__ import annotations

from pathlib import Path

import onnxruntime as ort


def open_network(model: Path | bytes, *, often: bool = True) -> ort.InferenceSession:
    """A network, in a file or as its bytes, on one thread: one reader per core, and the same sums in the same order
    each time. One that is asked `often` keeps the memory that it needs for a picture."""
    options = ort.SessionOptions()
    options.enable_cpu_mem_arena = often
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    given = model if isinstance(model, bytes) else str(model)
    return ort.InferenceSession(given, options, providers=["CPUExecutionProvider"])
