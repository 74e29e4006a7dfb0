"""`python -m cli`: the command where it is not installed, as in a built Bento."""

from cli import main

main()
