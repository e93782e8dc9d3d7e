"""An entity: a cluster seen as one party, with what passed between it and all others."""
