"""The steps of the program in order, one module a step: what the command line and the app do goes through here.

::

    file, order log or simulated market
      └─> customers   read, audit, take snapshots      customers/ orders/ simulation/ tabular/
            └─> churn      train and load models       churn/
                  └─> profit     price a model         profit/
                        └─> targeting  send policy, send list          targeting/
                              └─> messages   write the messages        messages/
                                    └─> report     one page            report/
                                          └─> hub        publish, pull, replay     hub/

``demo`` runs all of them. The command line (:mod:`retention.cli`) imports nothing below this package but
``errors``, ``settings``, ``progress`` and ``wording``; import-linter checks it. The app (:mod:`retention.ui`)
calls the actions here as well (simulating, reading, auditing, taking snapshots, training, scoring, writing
messages, the report, and the Hub). What the app shows, it takes from the rooms themselves: their classes, the
sentences about them, and the charts.

Each module imports its rooms when it is imported itself, so import a step where it is used: the program starts
faster. Only :mod:`retention.pipeline.profit`, which the flags of the commands need, loads quickly.
"""
