"""The fifth step: write a message to every customer on the send list."""

from retention.messages.batch import COOL_DOWN_DAYS, write_messages
from retention.messages.ledger import Ledger
from retention.messages.llm.client import Writer, writer_from_settings
from retention.messages.run import MessageRun

__all__ = ["COOL_DOWN_DAYS", "Ledger", "MessageRun", "Writer", "write_messages", "writer_from_settings"]
