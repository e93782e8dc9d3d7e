"""What befalls a holding in a hedge fund beside dealing: pauses, pockets, corrections, its end."""

from qazyna.programme.hedge import adjusting, correcting, pausing, pockets, winding

__all__ = ["adjusting", "correcting", "pausing", "pockets", "winding"]
