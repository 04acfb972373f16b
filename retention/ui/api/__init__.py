"""The steps for scripts and agents: files and plain values in, a file and a JSON object out.

No answer depends on an earlier call.

Each function is an endpoint under its own name; its signature and its docstring are what the API's pages
and an agent's list of tools say. Money inputs are described where they are defined, in
:class:`retention.profit.economics.Economics`. ``folder`` is where a step's file goes, and no part of the API.
"""
