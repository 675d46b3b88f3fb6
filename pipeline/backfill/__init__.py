"""Reading years of old scans, and reading again what was read: what is asked for, when it may run, what changed."""
