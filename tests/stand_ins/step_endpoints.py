"""A server of the endpoints without the screen and its example: ``python -m tests.stand_ins.step_endpoints``."""

from retention.settings import settings
from retention.ui import files
from retention.ui.api import endpoints
from retention.ui.gradio_runtime.blocks import AppBlocks


def main() -> None:
    """Serve them."""
    files.use_private_upload_dir()
    with AppBlocks(analytics_enabled=False) as app:
        endpoints.build()
    app.launch(server_port=settings().port, show_error=False, ssr_mode=False, prevent_thread_lock=True)
    app.block_thread()


if __name__ == "__main__":
    main()
