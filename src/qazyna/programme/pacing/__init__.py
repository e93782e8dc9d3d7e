"""Pacing: when commitments to venture funds will call money, and when they will give it back."""
