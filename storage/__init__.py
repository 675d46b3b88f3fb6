"""Where things are kept: objects in a store, rows in a catalogue."""
