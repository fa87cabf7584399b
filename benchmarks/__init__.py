"""Benchmarks: no part of the package, nothing here is installed."""
