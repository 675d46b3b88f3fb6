"""From the words and codes of a document to its dossier."""
