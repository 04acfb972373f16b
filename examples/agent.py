"""Ask over MCP whom to call this week, as an agent does."""

import asyncio
from pathlib import Path

import httpx
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

APP = "http://127.0.0.1:7860/gradio_api"


def upload(file: str) -> str:
    """Upload a file to the app and return its address."""
    path = httpx.post(f"{APP}/upload", files={"files": (file, Path(file).read_bytes())}).json()[0]
    return f"{APP}/file={path}"


async def main() -> None:
    """Call the tool as any MCP client would."""
    async with streamable_http_client(f"{APP}/mcp/") as (read, write, _), ClientSession(read, write) as agent:
        await agent.initialize()
        question = {"customers": upload("customers.csv"), "model": upload("model.zip"), "top": 3}
        answer = await agent.call_tool("score", question)
        csv_url, ranked = (part.text for part in answer.content)
        print(ranked, csv_url, sep="\n")


asyncio.run(main())
