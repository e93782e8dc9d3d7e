"""How managers performed: measures over arrays of floats.

A package of kernels. It imports none of them, so that numpy is loaded by whoever computes and by no
command that does not. Floats stay in here: nothing that is computed is ever written to the books.
"""
