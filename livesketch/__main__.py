"""`python -m livesketch ...` is `livesketch ...`."""

from livesketch.cli import main

if __name__ == "__main__":
    main()
