"""The step before the messages: hold some customers of the send list out, and register who."""

from pathlib import Path

from retention.campaign.campaign_file import Campaign
from retention.campaign.holdout import Holdout, hold_out
from retention.campaign.holdout_request import HoldoutRequest
from retention.errors import InputError
from retention.messages.ledger import Ledger
from retention.pipeline.customers import write_csv
from retention.pipeline.targeting import read_send_list

__all__ = ["Campaign", "Holdout", "HoldoutRequest", "hold_out", "hold_out_file"]


def hold_out_file(
    scored: Path, request: HoldoutRequest, *, ledger: Path, out: Path | None, campaign: Path | None, dry_run: bool
) -> Holdout:
    """Draw a send list in a file; the campaign is registered first, then its files are written, each in one step.

    Parameters
    ----------
    scored
        The send list that ``score`` wrote.
    request
        How it is to be drawn.
    ledger
        The ledger's file, made if there is none.
    out, campaign
        The list to send (CSV) and the campaign (zip) to write; needed unless it is a dry run.
    dry_run
        Show everything, and draw and write nothing.

    Raises
    ------
    InputError
        If a file cannot be used, or two of them are the same.
    OfferError
        As :func:`retention.campaign.holdout.hold_out`.
    """
    columns = tuple(filter(None, (request.segment, request.unit)))
    if dry_run:
        send_list = read_send_list(scored, text_columns=columns)
        if not ledger.exists():
            return hold_out(send_list, request, id=str(send_list.columns[0]), ledger=None, dry_run=True)
        with Ledger(ledger) as opened:
            return hold_out(send_list, request, id=str(send_list.columns[0]), ledger=opened, dry_run=True)
    if out is None or campaign is None:
        raise InputError("out and campaign: are both needed to draw; name the files to write, or pass --dry-run")
    places = [path.resolve() for path in (scored, ledger, out, campaign)]
    if len(set(places)) < len(places):
        raise InputError("out and campaign: must be files of their own; name other files to write")
    for path in (out, campaign):
        if path.is_dir():
            raise InputError(f"{path}: is a folder; name a file to write")
    send_list = read_send_list(scored, text_columns=columns)
    with Ledger(ledger) as opened:
        drawn = hold_out(send_list, request, id=str(send_list.columns[0]), ledger=opened)
    assert drawn.campaign is not None and drawn.send_list is not None  # noqa: S101, PT018  drawn for good
    drawn.campaign.save(campaign)
    write_csv(drawn.send_list, out)
    return drawn
