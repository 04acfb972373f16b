"""Why a customer is at risk, and which way each feature points."""
