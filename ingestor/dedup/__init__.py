"""Is it the same report: candidates, alignment, anchors, decision."""
