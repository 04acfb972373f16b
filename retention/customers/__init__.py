"""Who the customers are: files and order logs in, one row a customer out."""
