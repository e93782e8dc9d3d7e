"""Everything that touches the world: database, files, pages, command line. It decides nothing."""
