"""What the browser draws. A view is one folder with its Python, JavaScript and CSS."""
