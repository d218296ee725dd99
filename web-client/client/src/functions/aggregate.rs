//! Functions of a group's rows, and of a window's.

functions! {
    /// Some value of the group; the first that is not null, if asked for.
    any_value(col: Column, ignoreNulls: Operand = None);
    /// About how many distinct values there are. `rsd` is the relative deviation allowed, 0.05 by default.
    approx_count_distinct(col: Column, rsd: Value = None);
    /// The old name of `approx_count_distinct`.
    approxCountDistinct as "approx_count_distinct" (col: Column, rsd: Value = None);
    /// About the value that a share of the values, from 0 to 1, does not exceed; for several shares an array.
    approx_percentile(col: Column, percentage: Value, accuracy: Value = 10000);
    /// All values as an array.
    array_agg(col: Column);
    /// The mean.
    avg(col: Column);
    /// The mean; the same as `avg`.
    mean as "avg" (col: Column);
    /// All bits that are set in every value.
    bit_and(col: Column);
    /// All bits that are set in some value.
    bit_or(col: Column);
    /// All bits that are set in an odd number of values.
    bit_xor(col: Column);
    /// Whether all values are true.
    bool_and(col: Column);
    /// Whether some value is true.
    bool_or(col: Column);
    /// All values as an array.
    collect_list(col: Column);
    /// All distinct values as an array.
    collect_set(col: Column);
    /// All distinct elements of arrays, as one array.
    collect_union(col: Column);
    /// Pearson's correlation of two columns.
    corr(col1: Column, col2: Column);
    /// How many rows have distinct values that are not null.
    count_distinct distinct "count" (col: Column, cols: Columns);
    /// How many rows have distinct values that are not null; the same as `count_distinct`.
    countDistinct distinct "count" (col: Column, cols: Columns);
    /// How many values are true.
    count_if(col: Column);
    /// A count-min sketch, as bytes, of a relative error and a confidence.
    count_min_sketch(col: Column, eps: Value, confidence: Value, seed: Value = seed);
    /// The covariance of a population.
    covar_pop(col1: Column, col2: Column);
    /// The covariance of a sample.
    covar_samp(col1: Column, col2: Column);
    /// Whether all values are true; the same as `bool_and`.
    every(col: Column);
    /// The first value; the first that is not null, if asked for.
    first(col: Column, ignorenulls: Value = false);
    /// The first value of a group or a frame; the first that is not null, if asked for.
    first_value(col: Column, ignoreNulls: Operand = None);
    /// Whether a column is left out of a row's grouping set: 1 if it is.
    grouping(col: Column);
    /// The level of grouping, with a bit for each column that is left out.
    grouping_id(cols: Columns);
    /// A histogram of about so many bins, as pairs of a centre and a height.
    histogram_numeric(col: Column, nBins: Column);
    /// How heavy the tails of the values are.
    kurtosis(col: Column);
    /// The last value; the last that is not null, if asked for.
    last(col: Column, ignorenulls: Value = false);
    /// The last value of a group or a frame; the last that is not null, if asked for.
    last_value(col: Column, ignoreNulls: Operand = None);
    /// All values as one text, with a delimiter between them if one is given.
    listagg(col: Column, delimiter: Value = None);
    /// All distinct values as one text, with a delimiter between them if one is given.
    listagg_distinct distinct "listagg" (col: Column, delimiter: Value = None);
    /// The largest value.
    max(col: Column);
    /// The value of the row whose other column is largest; with k those of k rows as an array.
    max_by(col: Column, ord: Column, k: Value = None);
    /// The middle value.
    median(col: Column);
    /// The smallest value.
    min(col: Column);
    /// The value of the row whose other column is smallest; with k those of k rows as an array.
    min_by(col: Column, ord: Column, k: Value = None);
    /// The most frequent value; with `deterministic` the smallest of several.
    mode(col: Column, deterministic: Value = false);
    /// The value that a share of the values, from 0 to 1, does not exceed; for several shares an array.
    percentile(col: Column, percentage: Value, frequency: Value = 1);
    /// About the value that a share of the values, from 0 to 1, does not exceed; for several shares an array.
    percentile_approx(col: Column, percentage: Value, accuracy: Value = 10000);
    /// The product of all values.
    product(col: Column);
    /// The mean of x where both are known.
    regr_avgx(y: Column, x: Column);
    /// The mean of y where both are known.
    regr_avgy(y: Column, x: Column);
    /// How many pairs are known.
    regr_count(y: Column, x: Column);
    /// Where the regression line of y on x meets the y axis.
    regr_intercept(y: Column, x: Column);
    /// How much of y's variance the regression line explains, from 0 to 1.
    regr_r2(y: Column, x: Column);
    /// The slope of the regression line of y on x.
    regr_slope(y: Column, x: Column);
    /// The sum of squared deviations of x.
    regr_sxx(y: Column, x: Column);
    /// The sum of the products of both deviations.
    regr_sxy(y: Column, x: Column);
    /// The sum of squared deviations of y.
    regr_syy(y: Column, x: Column);
    /// How far the values lean to one side.
    skewness(col: Column);
    /// Whether some value is true; the same as `bool_or`.
    some(col: Column);
    /// The standard deviation of a sample; the same as `stddev_samp`.
    std(col: Column);
    /// The standard deviation of a sample; the same as `stddev_samp`.
    stddev(col: Column);
    /// The standard deviation of a population.
    stddev_pop(col: Column);
    /// The standard deviation of a sample.
    stddev_samp(col: Column);
    /// All values as one text, with a delimiter between them if one is given; the same as `listagg`.
    string_agg(col: Column, delimiter: Value = None);
    /// All distinct values as one text, with a delimiter between them if one is given.
    string_agg_distinct distinct "string_agg" (col: Column, delimiter: Value = None);
    /// The sum.
    sum(col: Column);
    /// The sum of all distinct values.
    sum_distinct distinct "sum" (col: Column);
    /// The old name of `sum_distinct`.
    sumDistinct distinct "sum" (col: Column);
    /// The mean, or null where the sum does not fit its type.
    try_avg(col: Column);
    /// The sum, or null where it does not fit its type.
    try_sum(col: Column);
    /// The variance of a population.
    var_pop(col: Column);
    /// The variance of a sample.
    var_samp(col: Column);
    /// The variance of a sample; the same as `var_samp`.
    variance(col: Column);

    /// How much a counter grew since the row before, with its start time to notice a new start.
    counter_diff(value: Column, startTime: Column = None);
    /// The share of rows up to this one, from 0 to 1.
    cume_dist();
    /// The rank in the window, equal rows sharing one, without gaps.
    dense_rank();
    /// The value so many rows before, or a default where there is none.
    lag(col: Column, offset: Value = 1, default: Value = None);
    /// The value so many rows after, or a default where there is none.
    lead(col: Column, offset: Value = 1, default: Value = None);
    /// The number of the row's group, when the window is cut into n of about equal size; from 1.
    ntile(n: Value);
    /// The rank as a share, from 0 to 1.
    percent_rank();
    /// The rank in the window, equal rows sharing one, with gaps after them.
    rank();
    /// The number of the row in its window, from 1.
    row_number();
}
