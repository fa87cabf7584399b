"""HTML to report text: markup, rules, attribution."""
