//! Functions on dates, times and timestamps.

functions! {
    /// The date, so many months later.
    add_months(start: Column, months: Operand);
    /// The date when the query starts; the same as `current_date`.
    curdate();
    /// The date when the query starts.
    current_date();
    /// The time of day when the query starts.
    current_time(precision: Value = None);
    /// The time when the query starts.
    current_timestamp();
    /// The session's time zone.
    current_timezone();
    /// The date, so many days later.
    date_add(start: Column, days: Operand);
    /// The date, so many days later; the same as `date_add`.
    dateadd(start: Column, days: Operand);
    /// How many days lie between two dates.
    date_diff(end: Column, start: Column);
    /// How many days lie between two dates; the same as `date_diff`.
    datediff(end: Column, start: Column);
    /// A date or a time as text in a format.
    date_format(date: Column, format: Value);
    /// The date so many days after 1970-01-01.
    date_from_unix_date(days: Column);
    /// A part of a date, a time or an interval; the same as `extract`.
    date_part(field: Column, source: Column);
    /// A part of a date, a time or an interval; the same as `extract`.
    datepart(field: Column, source: Column);
    /// The date, so many days earlier.
    date_sub(start: Column, days: Operand);
    /// The time, cut to a unit such as day or hour.
    date_trunc(format: Value, timestamp: Column);
    /// The day of the month.
    day(col: Column);
    /// The short name of the day of the week.
    dayname(col: Column);
    /// The day of the month; the same as `day`.
    dayofmonth(col: Column);
    /// The day of the week, from 1 for Sunday.
    dayofweek(col: Column);
    /// The day of the year.
    dayofyear(col: Column);
    /// A part of a date, a time or an interval, such as YEAR.
    extract(field: Column, source: Column);
    /// Seconds since 1970 as text in a format, in the session's time zone.
    from_unixtime(timestamp: Column, format: Value = (str "yyyy-MM-dd HH:mm:ss"));
    /// A time in UTC, as the time in a time zone.
    from_utc_timestamp(timestamp: Column, tz: Value);
    /// The hour.
    hour(col: Column);
    /// The last day of the date's month.
    last_day(date: Column);
    /// The time without a time zone when the query starts.
    localtimestamp();
    /// The date of year, month and day.
    make_date(year: Column, month: Column, day: Column);
    /// An interval of days, hours, minutes and seconds.
    make_dt_interval(
        days: Column = (none_sent 0),
        hours: Column = (none_sent 0),
        mins: Column = (none_sent 0),
        secs: Column = (none_sent zero),
    );
    /// An interval of all units.
    make_interval(
        years: Column = (none_sent 0),
        months: Column = (none_sent 0),
        weeks: Column = (none_sent 0),
        days: Column = (none_sent 0),
        hours: Column = (none_sent 0),
        mins: Column = (none_sent 0),
        secs: Column = (none_sent zero),
    );
    /// The time of day of hour, minute and second.
    make_time(hour: Column, minute: Column, second: Column);
    /// The time of its parts, in the session's time zone or in one that is given.
    make_timestamp_ltz(
        years: Column,
        months: Column,
        days: Column,
        hours: Column,
        mins: Column,
        secs: Column,
        timezone: Column = None,
    );
    /// An interval of years and months.
    make_ym_interval(years: Column = (none_sent 0), months: Column = (none_sent 0));
    /// The minute.
    minute(col: Column);
    /// The month, from 1.
    month(col: Column);
    /// The short name of the month.
    monthname(col: Column);
    /// How many months lie between two dates, rounded to 8 digits if asked for.
    months_between(date1: Column, date2: Column, roundOff: Value = true);
    /// The first such day of the week after a date.
    next_day(date: Column, dayOfWeek: Value);
    /// The time when the query starts; the same as `current_timestamp`.
    now();
    /// The quarter of the year, from 1.
    quarter(col: Column);
    /// The second.
    second(col: Column);
    /// The windows that end after a gap without events.
    session_window(timeColumn: Column, gapDuration: Value);
    /// The start of the bucket, of a size and counted from an origin, that a time falls into.
    time_bucket(bucket_size: Column, ts: Column, origin: Column = None);
    /// How many units lie between two times of day.
    time_diff(unit: Column, start: Column, end: Column);
    /// The time of day so many microseconds after midnight.
    time_from_micros(col: Column);
    /// The time of day so many milliseconds after midnight.
    time_from_millis(col: Column);
    /// The time of day so many seconds after midnight.
    time_from_seconds(col: Column);
    /// Microseconds since midnight.
    time_to_micros(col: Column);
    /// Milliseconds since midnight.
    time_to_millis(col: Column);
    /// Seconds since midnight.
    time_to_seconds(col: Column);
    /// A time of day, cut to a unit.
    time_trunc(unit: Column, time: Column);
    /// The time, so many units later.
    timestamp_add as "timestampadd" (unit: Value, quantity: Column, ts: Column);
    /// How many units lie between two times.
    timestamp_diff as "timestampdiff" (unit: Value, start: Column, end: Column);
    /// The time so many microseconds after 1970.
    timestamp_micros(col: Column);
    /// The time so many milliseconds after 1970.
    timestamp_millis(col: Column);
    /// The time so many nanoseconds after 1970.
    timestamp_nanos(col: Column);
    /// The time so many seconds after 1970.
    timestamp_seconds(col: Column);
    /// The date of a text, in a format if one is given.
    to_date(col: Column, format: Value = None);
    /// The time of day of a text, in a format if one is given.
    to_time(str: Column, format: Column = None);
    /// The time of a text, in a format if one is given.
    to_timestamp(col: Column, format: Value = None);
    /// The time, in the session's time zone, of a text.
    to_timestamp_ltz(timestamp: Column, format: Column = None);
    /// The time without a time zone of a text.
    to_timestamp_ntz(timestamp: Column, format: Column = None);
    /// Seconds since 1970 of a time or a text.
    to_unix_timestamp(timestamp: Column, format: Column = None);
    /// A time in a time zone, as the time in UTC.
    to_utc_timestamp(timestamp: Column, tz: Value);
    /// The date, cut to a unit such as year or month.
    trunc(date: Column, format: Value);
    /// An interval of all units, or null where it does not fit.
    try_make_interval(
        years: Column = (none_sent 0),
        months: Column = (none_sent 0),
        weeks: Column = (none_sent 0),
        days: Column = (none_sent 0),
        hours: Column = (none_sent 0),
        mins: Column = (none_sent 0),
        secs: Column = (none_sent zero),
    );
    /// The time of its parts, or null where there is no such time.
    try_make_timestamp_ltz(
        years: Column,
        months: Column,
        days: Column,
        hours: Column,
        mins: Column,
        secs: Column,
        timezone: Column = None,
    );
    /// The date of a text, or null where it is none.
    try_to_date(col: Column, format: Value = None);
    /// The time of day of a text, or null where it is none.
    try_to_time(str: Column, format: Column = None);
    /// The time of a text, or null where it is none.
    try_to_timestamp(col: Column, format: Column = None);
    /// Days since 1970-01-01.
    unix_date(col: Column);
    /// Microseconds since 1970.
    unix_micros(col: Column);
    /// Milliseconds since 1970.
    unix_millis(col: Column);
    /// Nanoseconds since 1970.
    unix_nanos(col: Column);
    /// Seconds since 1970.
    unix_seconds(col: Column);
    /// The day of the week, from 0 for Monday.
    weekday(col: Column);
    /// The week of the year, by ISO 8601.
    weekofyear(col: Column);
    /// The time of a window of `window`, its end less a microsecond.
    window_time(windowColumn: Column);
    /// The year.
    year(col: Column);

    /// For a partition by years.
    years(col: Column);
    /// For a partition by months.
    months(col: Column);
    /// For a partition by days.
    days(col: Column);
    /// For a partition by hours.
    hours(col: Column);
    /// For a partition by hash into so many buckets.
    bucket(numBuckets: Value, col: Column);
}
