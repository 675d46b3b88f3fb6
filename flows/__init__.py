"""Prefect flows around plain functions, and the one place where stores and readers are built."""
