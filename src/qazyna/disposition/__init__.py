"""Disposition: how an asset leaves a case for money or for use, and where the money goes."""
