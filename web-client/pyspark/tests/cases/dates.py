# Dates, times and decimals.
import datetime
from datetime import date, datetime as dt, timedelta, time, timezone
[date(2024, 1, 31), dt(2024, 1, 31), dt(2024, 1, 31, 12, 30), dt(2024, 1, 31, 12, 30, 15), dt(2024, 1, 31, 12, 30, 15, 123), time(1, 2), time(1, 2, 3, 4), timedelta(1), timedelta(days=1, hours=2), timedelta(0), timedelta(-1, 5), timezone.utc, dt(2024, 1, 1, tzinfo=timezone.utc), timezone(timedelta(hours=1))]
# ---
from datetime import *
print(date(2024, 1, 31), datetime(2024, 1, 31), datetime(2024, 1, 31, 1, 2, 3, 4), time(1, 2), time(1, 2, 3, 4), timedelta(1, 3661), timedelta(days=-1), timedelta(microseconds=5), datetime(2024, 1, 1, tzinfo=timezone.utc), timezone.utc, timezone(timedelta(hours=-5, minutes=-30)), timedelta(days=2, seconds=1))
# ---
from datetime import *
d = date(2024, 2, 28)
print(d + timedelta(2), d - timedelta(days=30), date(2024, 3, 1) - d, d < date(2025, 1, 1), d == date(2024, 2, 28), d.year, d.month, d.day, d.weekday(), d.isoweekday(), d.isoformat(), d.replace(day=1), d.toordinal(), date.fromordinal(738944), d.isocalendar()[1], date.min, date.max)
# ---
from datetime import *
a = datetime(2024, 1, 1, 12)
print(a + timedelta(hours=13), a - datetime(2023, 12, 31), a.date(), a.time(), a.strftime("%Y-%m-%d %H:%M:%S %j %a %A %b %B %p %I %f %%"), datetime.strptime("2024-05-06 07:08:09.5", "%Y-%m-%d %H:%M:%S.%f"), datetime.fromisoformat("2024-01-02T03:04:05+01:00"), datetime.fromisoformat("2024-01-02"), a.isoformat(), a.isoformat(" "), datetime.combine(date(2024, 1, 1), time(5)), a.replace(hour=0, tzinfo=timezone.utc), datetime(2024, 1, 1, tzinfo=timezone.utc).timestamp(), datetime.fromtimestamp(0, timezone.utc), f"{a:%d/%m/%Y}", datetime(2024, 1, 1, tzinfo=timezone.utc).astimezone(timezone(timedelta(hours=2))))
# ---
from datetime import *
t = timedelta(days=1, seconds=30, microseconds=5)
print(t * 2, t / 2, t // 2, -t, abs(-t), t.total_seconds(), t.days, t.seconds, t.microseconds, t > timedelta(0), t / timedelta(seconds=1), timedelta(days=7) // timedelta(days=2), timedelta(days=7) % timedelta(days=2), sum([t, t], timedelta()), timedelta(hours=1.5), timedelta(weeks=1), 2 * t, t * 0.5, bool(timedelta(0)))
# ---
from datetime import date
date(2024, 2, 30)
# ---
from datetime import date
date(2024, 13, 1)
# ---
from datetime import date
date(10000, 1, 1)
# ---
from datetime import datetime
datetime(2024, 1, 1, 25)
# ---
from datetime import datetime
datetime.strptime("x", "%Y")
# ---
from datetime import datetime
datetime.strptime("2024 1", "%Y")
# ---
from datetime import *
date(2024, 1, 1) + 1
# ---
from datetime import *
date(2024, 1, 1) < datetime(2024, 1, 1)
# ---
from datetime import *
date(9999, 12, 31) + timedelta(1)
# ---
from datetime import *
{date(2024, 1, 1): "a"}[date(2024, 1, 1)], isinstance(datetime(2024, 1, 1), date), date(2024, 1, 1) == datetime(2024, 1, 1), sorted([date(2024, 2, 1), date(2024, 1, 1)])
# ---
from datetime import *
datetime(2024, 1, 1) - datetime(2024, 1, 1, tzinfo=timezone.utc)
# ---
from decimal import Decimal
[Decimal("1.10"), Decimal(5), Decimal("1E+5"), Decimal("-0.00001"), Decimal("0.0000001"), Decimal(1.1), Decimal("NaN"), Decimal("Infinity"), Decimal((0, (1, 2), -1)), Decimal()]
# ---
from decimal import Decimal as D
print(D("1.1") + D("2.25"), D("1.1") * 3, D(1) / D(3), D(10) / 4, D("7") // 2, D("-7") % 3, D("1.10") - 1, 1 - D("0.5"), D(2) ** 10, D(2) ** -1, -D("1.5"), abs(D("-2")), D("1.0") == 1, D("1.5") > 1, D("0.1") == 0.1, D("0.5") == 0.5, int(D("3.9")), float(D("1.5")), bool(D(0)), round(D("2.5")), round(D("1.255"), 2), D("100") / 10, D("1e3") + 1)
# ---
from decimal import Decimal as D, ROUND_HALF_UP
print(D("1.005").quantize(D("0.01")), D("1.005").quantize(D("0.01"), rounding=ROUND_HALF_UP), D("1.500").normalize(), D(2).sqrt(), D(16).sqrt(), f"{D('1234.5678'):.2f}", f"{D('1234.5'):,}", f"{D('0.5'):%}", "%s" % D("1.0"), "%.1f" % D("1.25"), str(D("1.20")), D("1E-10"), D("123.456e5"), sum([D("1.1"), D("2.2")]), max(D(1), D(2)), {D("1.0"): 1}[1], hash(D("1.5")) == hash(1.5))
# ---
from decimal import Decimal
Decimal("abc")
# ---
from decimal import Decimal
Decimal(1) / 0
# ---
from decimal import Decimal
Decimal(0) / 0
# ---
from decimal import Decimal
Decimal(1) + 1.5
