"""Entry point of the Space: ``python app.py``."""

import os
import sys

# Read when libgomp loads: spinning threads make a shared machine nearly three times slower.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

from retention.errors import RetentionError
from retention.ui.app import build, launch

if __name__ == "__main__":
    try:
        launch(build())
    except RetentionError as error:
        sys.exit(f"error: {error}")
