"""The lab: the same rules under other blueprints, on other histories."""
