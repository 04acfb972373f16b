"""The money formulas: what an offer costs and earns, and which customers are worth one."""
