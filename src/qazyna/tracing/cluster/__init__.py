"""Which addresses belong together: by co-spend surely, by change perhaps."""
