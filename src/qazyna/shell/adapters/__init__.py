"""The edges: files as they come in, and what they are read with."""
