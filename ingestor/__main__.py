"""Run the command line as `python -m ingestor`."""

from ingestor.cli import main

main()
