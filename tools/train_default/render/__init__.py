"""Rendered faces whose action units are known exactly. README.md has the whole of it."""
