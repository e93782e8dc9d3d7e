"""Every room of the journey, loaded: so that their commands, events and states are known.

Modules of a room are imported, and packages in it by their name: a package imports those of its
modules that have commands, and leaves its kernels, which load numpy and the like, to whoever
computes.
"""

import importlib
import pkgutil

ROOMS = (
    "office",
    "enforcement",
    "seizure",
    "forfeiture",
    "disposition",
    "history",
    "reserve",
    "programme",
)

for _room in ROOMS:
    _package = importlib.import_module(f"qazyna.{_room}")
    for _module in pkgutil.iter_modules(_package.__path__):
        importlib.import_module(f"qazyna.{_room}.{_module.name}")
