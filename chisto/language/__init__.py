"""Telling Russian, Ukrainian and English apart on short texts."""

from chisto.language.detector import detect

__all__ = ["detect"]
