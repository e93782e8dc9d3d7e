"""The steps of tracing as Ibis expressions, for an engine of tables beyond one machine.

`engine` is what runs them and where it keeps what is between; `chain` the store's tables as it sees
them; `coinjoins`, `components` and `features` the steps; `running` puts the first two together.
What they find is what the kernels find, to the last label.
"""
