"""Following taint: from named sources to where it is now, by exact integer policies."""
