"""Stand-ins for the six systems: HTTP servers with state, tokens that end, limits, and faults by choice.

For tests, training and demonstrations (`sohoa simulate SYSTEM`). All persons, numbers and dossiers are invented.
"""
