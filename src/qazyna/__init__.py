"""Qazyna: a state's digital-asset reserve, from the seizure of a wallet to managed funds."""

__version__ = "0.3.0"
