"""Sending to and fetching from the systems around the one-stop centre."""
