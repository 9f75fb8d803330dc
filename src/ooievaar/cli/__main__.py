"""`python -m ooievaar.cli` is the `ooievaar` command."""

from ooievaar.cli.main import main

main()
