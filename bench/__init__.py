"""What is promised of speed, measured: `make bench` runs one module a claim."""
