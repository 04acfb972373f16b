"""A language model switched off during a run: everyone gets a message, and the breaker says why."""

from retention.messages.batch import write_messages
from retention.messages.llm.client import HubWriter, switched_off_writer
from retention.messages.llm.switchable import SwitchableWriter
from tests.messages.cases import OFFERS, many_kinds, send_list
from tests.stand_ins.fault_server import FaultServer, says


def test_switched_off_during_a_run_everyone_still_gets_a_message() -> None:
    """Templates that had come are used, hand-written ones replace the rest, and the breaker is open."""
    with FaultServer(says(after_s=0.01)) as server:
        writer, switched_off = HubWriter(("m",), base_url=server.base_url), switched_off_writer()
        switchable = SwitchableWriter(writer, switched_off)

        def switch_off(share: float, words: str) -> None:
            switchable.switched_on = share < 0.5

        run = write_messages(
            many_kinds(600), id="customer_id", offers=OFFERS, writer=switchable, review=True, progress=switch_off
        )
        assert switchable.report().state == "open"
        switchable.switched_on = True
        assert switchable.report().state == "closed"
        switchable.close()
        for connected in (writer, switched_off):
            connected.close()
    assert run.message_count == 600
    assert run.by_source.keys() == {"m", "backup"}
    assert run.breaker.state == "open"
    assert run.breaker.reason == "the language model cannot be reached"


def test_without_a_language_model_the_switch_has_no_effect() -> None:
    """No model is set up, so everyone gets a hand-written template."""
    switched_off = switched_off_writer()
    switchable = SwitchableWriter(None, switched_off)
    run = write_messages(send_list(20), id="customer_id", offers=OFFERS, writer=switchable)
    assert run.by_source == {"backup": 20}
    assert switchable.deadline_s is None
    switched_off.close()
