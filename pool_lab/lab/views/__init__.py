"""Live views, drawn by the browser. Each is a folder with its Python, JavaScript and CSS."""
