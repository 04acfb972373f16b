"""The API step that writes a message for everyone on a send list."""

from pathlib import Path
from typing import Any, Literal

from retention.messages.languages.registry import LanguageId
from retention.pipeline import targeting
from retention.pipeline.customers import write_csv
from retention.pipeline.messages import write_messages
from retention.profit.economics import Economics
from retention.progress import Progress, silent
from retention.ui.language_model import writer


def offers(
    scored: Path,
    *,
    tone: Literal["warm", "playful", "brief"] = "warm",
    language: LanguageId = "en",
    everyone: bool = False,
    currency: str = "",
    folder: Path,
    progress: Progress = silent,
) -> tuple[Path, dict[str, Any]]:
    """Write a message for every customer on the send list; nobody is left out when a language model is down.

    Parameters
    ----------
    scored
        The send list: the CSV that score returned.
    tone
        How the messages sound.
    language
        The messages' language, e.g. en for English, hi for Hindi, hinglish for Hindi in Latin letters.
    everyone
        Set it to write to all rows, not only to those with send = yes.
    currency
        Sign or code of the currency; blank for the one that the send list was priced in.

    Returns
    -------
    messages
        The send list as CSV with message, message_source (who worded it) and message_note.
    summary
        JSON: customers, messages, held_back, by_source, seconds, breaker.
    """
    rows = targeting.read_send_list(scored)
    known_currency = currency or targeting.currency_of(rows)
    economics = Economics() if known_currency is None else Economics(currency=known_currency)
    message_run = write_messages(
        rows,
        id=str(rows.columns[0]),
        offers=targeting.offers_priced(rows, economics),
        writer=writer(),
        everyone=everyone,
        tone=tone,
        language=language,
        currency=economics.currency,
        progress=progress,
    )
    file = folder / "messages.csv"
    write_csv(message_run.messages_frame, file)
    return file, message_run.as_dict()
