"""The domain: plain functions and frozen dataclasses on scans, pages, words, dossiers and rates."""

import os

# One process reads on each core. NumPy's linear algebra would start a thread per core, which only spins while the first
# one computes; it looks when NumPy is loaded, which is after this.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
