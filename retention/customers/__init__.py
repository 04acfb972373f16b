"""The customers: a table with one row a customer, read from a file, with a role for each column."""
