"""What the ingestor is measured beside; each module is a program with its own environment."""
