"""Files as the app's server keeps and hands them out: under names nobody can guess, and for an hour."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import gradio as gr
from gradio.utils import get_upload_folder

from retention.errors import InputError

_ADDRESS = "/gradio_api/file="


@contextmanager
def folder() -> Iterator[Path]:
    """Make a folder for a file to hand out; it goes at once if the file does not come about.

    Gradio hands a file out to anyone who knows its path, so the name is random.
    """
    made = Path(get_upload_folder()) / secrets.token_urlsafe(16)
    made.mkdir(parents=True)
    try:
        yield made
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def handed_out(file: Path) -> dict[str, Any]:
    """Return a file as gradio sends it."""
    given: dict[str, Any] = gr.FileData(path=str(file), orig_name=file.name, size=file.stat().st_size).model_dump()
    return given


def brought_in(name: str, value: Any) -> Path:
    """Return where a file lies that came as an endpoint's parameter.

    Parameters
    ----------
    name
        The parameter's, for messages.
    value
        A file as gradio's clients send it, or the path or address that an upload or another endpoint returned.

    Raises
    ------
    InputError
        If it is none of these.
    """
    source = value.get("path") if isinstance(value, dict) else value
    file = _kept(source) if isinstance(source, str) else None
    if file is None:
        raise InputError(f"{name}: no file came along; {_HOW}")
    return file


def file_box(name: str) -> gr.File:
    """Return a component that takes files brought here and the addresses of such files, and no other address.

    Agents pass addresses. Gradio would fetch any, of any size, but none of this machine's, which is where the
    files lie that it has just been given.
    """
    box = gr.File(label=name)
    keep = box.async_move_resource_to_block_cache

    async def take(source: str) -> str | None:
        file = _kept(source)
        if file is None and urlsplit(source).scheme in {"http", "https"}:
            raise gr.Error(
                f"{name}: this address is not of a file that was brought here; {_HOW}", print_exception=False
            )
        kept: str | None = await keep(str(file or source))
        return kept

    box.async_move_resource_to_block_cache = take
    box.data_model = None  # else gradio refuses what is not its own notation, without a word
    return box


_HOW = "upload it to /gradio_api/upload and pass the path you get, or over MCP its address or a data: URL"


def _kept(source: str) -> Path | None:
    """Return the file of this server that a path or an address means, if it is one for anybody to name."""
    address = urlsplit(source)
    path = unquote(address.path).partition(_ADDRESS)[2] if address.scheme in {"http", "https"} else source
    file = Path(path).resolve()
    return file if path and file.is_relative_to(Path(get_upload_folder()).resolve()) and file.is_file() else None
