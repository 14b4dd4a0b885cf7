"""Trains the built-in encoder from product photos: features, captions, loss, export, report.

Needs torch and the `train` extra. Knows nothing about shops, queries or the running server.
"""
