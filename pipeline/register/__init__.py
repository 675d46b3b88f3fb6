"""The province's register, imported from files: centres, procedures, dossiers, targets; and what others
measured or run: indices, connections.

Each function reads a whole file and stores nothing: rows that can be used, and a problem for every line that cannot.
"""

from pipeline.register.centres import read_centres
from pipeline.register.connections import read_connections
from pipeline.register.dossiers import read_dossiers, stream_dossiers
from pipeline.register.indices import read_indices
from pipeline.register.problems import ImportFile, Problem
from pipeline.register.procedures import read_procedures
from pipeline.register.targets import read_targets

__all__ = [
    "ImportFile",
    "Problem",
    "read_centres",
    "read_connections",
    "read_dossiers",
    "read_indices",
    "read_procedures",
    "read_targets",
    "stream_dossiers",
]
