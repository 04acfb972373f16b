"""An experiment that ran elsewhere: its table, and which column of it is what."""
