"""The month of a partner as a document: PDF to read and keep, XLSX to reckon with."""
