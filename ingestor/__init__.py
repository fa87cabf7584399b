"""ingestor: poll news feeds, keep the report, recognise its copies and translations."""

__version__ = "0.1.0"
