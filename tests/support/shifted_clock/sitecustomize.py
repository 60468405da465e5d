"""Moves the clock of a Python process by SHIFTED_DAYS: what it reads of the time is then."""

import datetime as dt
import os
import time

_SECONDS = float(os.environ.get("SHIFTED_DAYS", "0")) * 86_400

if _SECONDS:
    _time, _time_ns, _gmtime = time.time, time.time_ns, time.gmtime

    class _Shifted(dt.datetime):
        @classmethod
        def now(cls, tz=None):
            return super().now(tz) + dt.timedelta(seconds=_SECONDS)

    time.time = lambda: _time() + _SECONDS
    time.time_ns = lambda: _time_ns() + int(_SECONDS * 10**9)
    time.gmtime = lambda seconds=None: _gmtime(time.time() if seconds is None else seconds)
    dt.datetime = _Shifted
