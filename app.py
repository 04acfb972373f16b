"""Entry point of the Space: ``python app.py``."""

import sys

from retention.__main__ import start_app
from retention.errors import RetentionError

if __name__ == "__main__":
    try:
        start_app()
    except RetentionError as error:
        sys.exit(f"error: {error}")
