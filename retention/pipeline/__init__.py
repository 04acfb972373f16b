"""The steps of the program in order, one module a step; the command line and the app do their work through them.

::

    customers   read, simulate, take snapshots, audit    tabular/ customers/ orders/ simulation/
    churn       train a model, load one                  churn/
    profit      choose the money inputs, price a model   profit/
    targeting   decide by a send policy, send list       targeting/
    messages    write the messages                       messages/
    measure     what a campaign or experiment did        campaign/
    report      one page for a manager                   report/
    hub         publish, pull, replay                    hub/
    play        play a campaign in a simulated market    campaign/ simulation/
    demo        all of them on simulated customers

The command line (:mod:`retention.cli`) imports nothing below this package but ``errors``, ``settings``,
``progress`` and ``wording``. The app (:mod:`retention.ui`) takes its actions from here too: reading, simulating,
snapshots, auditing, training, pricing, scoring, writing messages, the report, publishing, pulling and replaying.
For what it shows, holds and edits, the app uses the rooms themselves: their classes, sentences and charts, the
offer catalogue, the ledger and the review of messages. import-linter checks the command line, and those actions of
the app that have a module of their own.

A module here imports its rooms when it is imported, so the command line imports a step when a command needs it.
Only :mod:`retention.pipeline.profit`, from which the commands take their money flags, imports as little as it can.
"""
