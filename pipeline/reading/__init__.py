"""From what readers saw to the words of a page."""
