"""Deduplicated news for other programs: JSON Feed, Atom."""
