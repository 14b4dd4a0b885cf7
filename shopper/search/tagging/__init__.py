"""Tells from pictures what a feed leaves out, with a measured confidence, for a shop to read and edit.

Its guesses are never merged into a product's facts. Knows nothing about conversations or the store.
"""
