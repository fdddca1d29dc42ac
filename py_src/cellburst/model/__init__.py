"""The product's words as plain data: no behaviour beyond arithmetic, no input or output."""
