"""The catalogue: tables, migrations, and one adapter for each port that the flows use."""
