"""From dossiers to rates, targets and gaps."""
