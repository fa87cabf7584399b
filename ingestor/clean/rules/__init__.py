"""The cleaning rules as data; `ingestor.clean.rulebook` explains the format."""
