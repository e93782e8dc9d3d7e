"""The programme: the managers through whom the reserve invests, and every flow with them."""
