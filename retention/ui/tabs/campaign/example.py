"""The example's campaign: drawn, played in the simulated market, and measured, beside its truth."""

from retention.pipeline.campaign import HoldoutRequest
from retention.pipeline.play import SENT_ON, PlayedToTheEnd, play_to_the_end
from retention.ui.session import Session
from retention.ui.tabs.offers.handlers import score

NAME = "August offer"
HELD_OUT = 0.3  # of a list of this size less shows little, however much is assumed
_SALT = b"the example draws"  # the same reading on every machine


def play_example(session: Session, *, customers: int, seed: int) -> PlayedToTheEnd:
    """Play a campaign of the example to its end, at the money inputs and the threshold that it opens with.

    Parameters
    ----------
    session
        The example: a market with a model that was trained on it.
    customers, seed
        The market.
    """
    assert session.curve is not None  # noqa: S101  the example has a model
    scored = score(session, session.curve.threshold_best).scored
    assert scored is not None  # noqa: S101
    request = HoldoutRequest(
        name=NAME, economics=session.economics, offers=session.offers, share=HELD_OUT, sent_on=SENT_ON
    )
    return play_to_the_end(
        scored.send_list, request, id=scored.id, customers=customers, seed=seed, salt=_SALT[:16]
    )
