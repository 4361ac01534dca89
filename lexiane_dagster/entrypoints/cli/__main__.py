"""`python -m lexiane_dagster.entrypoints.cli`, where the console script is not on the path."""

from lexiane_dagster.entrypoints.cli.main import main

main()
