"""Bytes to entries: own decoding, feedparser, JSON Feed."""
