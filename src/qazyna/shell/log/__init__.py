"""The transparency log in the database: sealing, signing, reading, exporting, verifying.

reading.py      the sealed tree: heads, hashes, leaves, positions, what was known when
signing.py      the log's key, its checkpoints, and the witnesses that sign them too
sealing.py      after commit, in batches: every event and entry gets its place for ever
proving.py      one leaf's proof, and that the log only grew
export.py       the log as a folder of tiles, which is also the bundle that outsiders verify
bundle.py       verifying a bundle or one proof: no database, no network
checking.py     verifying the log where it lies: every hash, batch and signature again
fingerprint.py  the schema as it is against the schema as this program makes it
database.py     all of it: schema, sealed rows, quantities, what nobody has sealed yet
"""
