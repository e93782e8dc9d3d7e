"""Exhibits of a trace: a folder that anyone can make again, and compare to the byte."""
