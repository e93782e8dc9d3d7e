"""Enforcement: venues that were found and shut, and what passed through them."""
