"""Words for counts, amounts, money inputs, column names and the meaning of features, in one place."""
