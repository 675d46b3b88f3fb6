"""Measuring sohoa beside its peers: speed (`python -m benchmarks.speed`) on the same pages in the same run."""
