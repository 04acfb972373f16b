"""Words for counts, amounts, days, money inputs, column names and the meaning of features, in one place."""
