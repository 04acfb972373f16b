"""A plug that is pulled in mid-batch: nobody is left out, and the breaker says why."""

from retention.messages.batch import write_messages
from retention.messages.llm.client import HubWriter, switched_off_writer
from retention.messages.llm.switchable import SwitchableWriter
from tests.messages.cases import OFFERS, many_kinds, send_list
from tests.stand_ins.fault_server import FaultServer, says


def test_pulled_in_mid_batch_everyone_still_gets_a_message() -> None:
    """Lines that had come are used, the rest is the library's, and the breaker of the dead line is open."""
    with FaultServer(says(after_s=0.01)) as server:
        writer, dead = HubWriter(("m",), base_url=server.base_url), switched_off_writer()
        plug = SwitchableWriter(writer, dead)

        def pull(share: float, words: str) -> None:
            plug.switched_on = share < 0.5

        campaign = write_messages(
            many_kinds(600), id="customer_id", offers=OFFERS, writer=plug, review=True, progress=pull
        )
        assert plug.report().state == "open"
        plug.switched_on = True
        assert plug.report().state == "closed"
        plug.close()
        for line in (writer, dead):
            line.close()
    assert campaign.message_count == 600
    assert campaign.by_source.keys() == {"m", "backup"}
    assert campaign.breaker.state == "open"
    assert campaign.breaker.reason == "the language model cannot be reached"


def test_without_a_language_model_the_plug_is_dead_either_way() -> None:
    """There is nothing to plug in, so the library writes."""
    dead = switched_off_writer()
    plug = SwitchableWriter(None, dead)
    campaign = write_messages(send_list(20), id="customer_id", offers=OFFERS, writer=plug)
    assert campaign.by_source == {"backup": 20}
    assert plug.deadline_s is None
    dead.close()
