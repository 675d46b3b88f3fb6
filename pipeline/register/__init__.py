"""The province's register, imported from files: centres, procedures, dossiers, targets; and what others
measured or run: indices, connections.

Each function reads a file and stores nothing: rows that can be used, and a problem for every line that cannot.
"""

from pipeline.register.centres import dump_centres, read_centres
from pipeline.register.connections import read_connections
from pipeline.register.dossiers import read_dossiers, stream_dossiers
from pipeline.register.indices import read_indices
from pipeline.register.problems import ImportFile, Problem
from pipeline.register.procedures import read_procedures
from pipeline.register.targets import read_targets
from pipeline.register.unit_files import read_units

__all__ = [
    "ImportFile",
    "Problem",
    "dump_centres",
    "read_centres",
    "read_connections",
    "read_dossiers",
    "read_indices",
    "read_procedures",
    "read_targets",
    "read_units",
    "stream_dossiers",
]
