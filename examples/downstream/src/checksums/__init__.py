"""Annotates ConfigMaps that carry the label `checksum=wanted` with the checksum of their data."""

from checksums.controller import ANNOTATION, SELECTOR, Checksums, checksum

__all__ = ["ANNOTATION", "SELECTOR", "Checksums", "checksum"]
