"""Find customers about to leave, work out whom an offer pays for, and write to them."""
