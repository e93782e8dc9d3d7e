"""Fees: what a fund's terms let its manager take, recomputed beside what it took."""
