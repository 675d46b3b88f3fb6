"""Builds stores, catalogue and readers from settings: the one place that knows which adapter fills which port.

It does not import Prefect, so that the command line and the watcher work without it.
"""
