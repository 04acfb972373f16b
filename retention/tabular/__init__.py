"""Tables in files: read CSV, Parquet and other text into parsed columns, and write CSV and Excel workbooks."""
