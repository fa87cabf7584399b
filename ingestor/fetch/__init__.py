"""The only HTTP: client, address guard, validators."""
