"""Keeping what there is: backups, proof, and the catalogue made anew."""
