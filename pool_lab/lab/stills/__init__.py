"""Still pictures, drawn by matplotlib."""
