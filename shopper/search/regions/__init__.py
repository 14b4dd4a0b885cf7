"""Finds the things in a photo that shows several, and the one that a phrase means.

Knows nothing about products, queries or conversations.
"""
