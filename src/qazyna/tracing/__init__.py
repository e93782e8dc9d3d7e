"""Tracing: from the public exports of a chain to entities and flows."""
