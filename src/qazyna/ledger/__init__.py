"""The spine: where everything is, whose it is, and in which pot."""
