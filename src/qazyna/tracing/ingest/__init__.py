"""From exports of a chain to a store: whatever the file, the same records, the same checks.

`batch` is what every reader makes: the columns of many transactions. `records` makes it of single
records (JSON lines, CSV, a node's blocks), `parquet` of columns. `sources` finds out what a file
is, `lines` reads text without trusting its lines, `chunks` says which blocks lie where,
`assembling` gives ids and refuses what cannot be, `running` takes it all in.
"""
