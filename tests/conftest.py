"""What all tests share: a person's own profiles and remembered sensors are left out of them."""

from __future__ import annotations

import os

os.environ["GAITPIPE_PROFILES"] = ""
os.environ["GAITPIPE_STATE"] = ""
