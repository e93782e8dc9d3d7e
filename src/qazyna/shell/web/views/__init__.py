"""What each address answers. Views ask `queries`, place what they get, and decide nothing."""
