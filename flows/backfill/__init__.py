"""Old scans and readings anew, behind what clerks wait for."""
