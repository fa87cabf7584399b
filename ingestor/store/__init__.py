"""The only SQL: schema and migrations, writer, queries."""
