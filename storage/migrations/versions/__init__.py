"""One module for each step; their order is in their `down_revision`."""
