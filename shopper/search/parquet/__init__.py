"""Vectors of whole files: a feed or parquet in, parquet parts with vectors out, here or on a Ray cluster.

Knows nothing about the shop's own index.
"""
