"""An S3 server on loopback: moto's, which speaks the protocol of the real one."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from moto.server import ThreadedMotoServer

BUCKET = "lake"
SECRET = "canary-of-the-lake"  # noqa: S105  opens nothing but this server


@contextmanager
def running_s3() -> Iterator[dict[str, str]]:
    """Start a server with an empty bucket, and yield the environment variables that lead a client to it."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
            "AWS_ACCESS_KEY_ID": "shop",
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": "us-east-1",
        }
    finally:
        server.stop()


def put(files: Mapping[str, Path]) -> None:
    """Copy files into the bucket, by the names they get there; the environment leads to the server."""
    import s3fs

    system = s3fs.S3FileSystem(skip_instance_cache=True)
    if not system.exists(BUCKET):
        system.mkdir(BUCKET)
    for name, file in files.items():
        system.pipe_file(f"{BUCKET}/{name}", file.read_bytes())
