"""The domain: plain functions and frozen dataclasses on scans, pages, words, dossiers and rates."""
