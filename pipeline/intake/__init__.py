"""From a file in a watched folder to a receipt."""
