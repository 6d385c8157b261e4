"""Mujaz: Arabic policy briefs, from structured content to print and screen."""

__version__ = "0.1.0"
