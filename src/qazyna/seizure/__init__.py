"""Restraint, seizure, custody and release: what is under the authority's hand, and where."""
