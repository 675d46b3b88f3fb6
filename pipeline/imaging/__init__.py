"""From the bytes of a scan to clean page images."""
