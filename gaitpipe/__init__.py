"""gaitpipe: running gait from wearable BLE motion sensors."""

__version__ = "0.1.0"
