"""Reports: statements as values, and how they read as text."""
