"""A file of whatever kind -> a table of typed columns, or one sentence why not."""
