"""Starts livesketch from a checkout: `python run.py ...` is `livesketch ...`."""

from livesketch.cli import main

if __name__ == "__main__":
    main()
