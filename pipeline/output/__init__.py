"""What is handed out: text, hOCR, searchable PDF, report tables."""
