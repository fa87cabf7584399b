"""The only HTTP of the project: servers are asked politely and believed in nothing."""
