"""The reserve: what it holds, what that is worth, and how it is spread."""
