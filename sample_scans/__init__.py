"""Small scans of made-up people, and the generator that makes them."""
