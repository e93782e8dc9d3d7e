"""Whose an address is said to be, by whom, how surely: tags, kept side by side, never merged."""
