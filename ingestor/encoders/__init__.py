"""Sentence to vector: one module a backend, one small protocol."""
