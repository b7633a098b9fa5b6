"""Recording over Bluetooth against everything that goes wrong, on several layers of Bluetooth software."""
