"""Forfeiture: orders, their finality, what vests by them, and what goes back to those robbed."""
