"""The domain: plain functions and frozen dataclasses on scans, pages, words, dossiers and rates."""

import gc
import os

# One process reads on each core. NumPy's linear algebra would start a thread per core, which only spins while the first
# one computes; it looks when NumPy is loaded, which is after this.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Python looks for garbage in cycles after every 700 objects that are made and kept; a page makes tens of thousands, and
# hardly one is such garbage. A look counts what was made since the last one, so rarer ones cost less in all.
gc.set_threshold(20_000)
