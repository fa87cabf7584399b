"""The database for people: Datasette metadata."""
