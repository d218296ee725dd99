//! Functions on sketches: counts, quantiles and sets that are kept approximately, as bytes.

functions! {
    /// A HyperLogLog sketch of the values.
    hll_sketch_agg(col: Column, lgConfigK: Value = None);
    /// About how many distinct values a HyperLogLog sketch has seen.
    hll_sketch_estimate(col: Column);
    /// One HyperLogLog sketch of two.
    hll_union(col1: Column, col2: Column, allowDifferentLgConfigK: Value = None);
    /// One HyperLogLog sketch of all.
    hll_union_agg(col: Column, allowDifferentLgConfigK: Value = None);

    /// A KLL sketch of whole numbers.
    kll_sketch_agg_bigint(col: Column, k: Value = None);
    /// A KLL sketch of doubles.
    kll_sketch_agg_double(col: Column, k: Value = None);
    /// A KLL sketch of floats.
    kll_sketch_agg_float(col: Column, k: Value = None);
    /// One KLL sketch of all, of whole numbers.
    kll_merge_agg_bigint(col: Column, k: Value = None);
    /// One KLL sketch of all, of doubles.
    kll_merge_agg_double(col: Column, k: Value = None);
    /// One KLL sketch of all, of floats.
    kll_merge_agg_float(col: Column, k: Value = None);
    /// How many whole numbers a KLL sketch has seen.
    kll_sketch_get_n_bigint(col: Column);
    /// How many doubles a KLL sketch has seen.
    kll_sketch_get_n_double(col: Column);
    /// How many floats a KLL sketch has seen.
    kll_sketch_get_n_float(col: Column);
    /// About the whole number at a rank, from 0 to 1, of a KLL sketch.
    kll_sketch_get_quantile_bigint(sketch: Column, rank: Column);
    /// About the double at a rank, from 0 to 1, of a KLL sketch.
    kll_sketch_get_quantile_double(sketch: Column, rank: Column);
    /// About the float at a rank, from 0 to 1, of a KLL sketch.
    kll_sketch_get_quantile_float(sketch: Column, rank: Column);
    /// About the rank, from 0 to 1, of a whole number in a KLL sketch.
    kll_sketch_get_rank_bigint(sketch: Column, quantile: Column);
    /// About the rank, from 0 to 1, of a double in a KLL sketch.
    kll_sketch_get_rank_double(sketch: Column, quantile: Column);
    /// About the rank, from 0 to 1, of a float in a KLL sketch.
    kll_sketch_get_rank_float(sketch: Column, quantile: Column);
    /// One KLL sketch of two, of whole numbers.
    kll_sketch_merge_bigint(left: Column, right: Column);
    /// One KLL sketch of two, of doubles.
    kll_sketch_merge_double(left: Column, right: Column);
    /// One KLL sketch of two, of floats.
    kll_sketch_merge_float(left: Column, right: Column);
    /// A KLL sketch of whole numbers, described in words.
    kll_sketch_to_string_bigint(col: Column);
    /// A KLL sketch of doubles, described in words.
    kll_sketch_to_string_double(col: Column);
    /// A KLL sketch of floats, described in words.
    kll_sketch_to_string_float(col: Column);

    /// What the first theta sketch has and the second has not.
    theta_difference(col1: Column, col2: Column);
    /// What both theta sketches have.
    theta_intersection(col1: Column, col2: Column);
    /// What all theta sketches have.
    theta_intersection_agg(col: Column);
    /// A theta sketch of the values.
    theta_sketch_agg(col: Column, lgNomEntries: Value = None);
    /// About how many distinct values a theta sketch has seen.
    theta_sketch_estimate(col: Column);
    /// One theta sketch of two.
    theta_union(col1: Column, col2: Column, lgNomEntries: Value = None);
    /// One theta sketch of all.
    theta_union_agg(col: Column, lgNomEntries: Value = None);

    /// What the first tuple sketch, with doubles, has and the second has not.
    tuple_difference_double(col1: Column, col2: Column);
    /// What the first tuple sketch, with whole numbers, has and the second has not.
    tuple_difference_integer(col1: Column, col2: Column);
    /// What a tuple sketch with doubles has and a theta sketch has not.
    tuple_difference_theta_double(col1: Column, col2: Column);
    /// What a tuple sketch with whole numbers has and a theta sketch has not.
    tuple_difference_theta_integer(col1: Column, col2: Column);
    /// What all tuple sketches with doubles have.
    tuple_intersection_agg_double(col: Column, mode: Value = None);
    /// What all tuple sketches with whole numbers have.
    tuple_intersection_agg_integer(col: Column, mode: Value = None);
    /// What both tuple sketches with doubles have.
    tuple_intersection_double(col1: Column, col2: Column, mode: Value = None);
    /// What both tuple sketches with whole numbers have.
    tuple_intersection_integer(col1: Column, col2: Column, mode: Value = None);
    /// What a tuple sketch with doubles and a theta sketch have.
    tuple_intersection_theta_double(col1: Column, col2: Column, mode: Value = None);
    /// What a tuple sketch with whole numbers and a theta sketch have.
    tuple_intersection_theta_integer(col1: Column, col2: Column, mode: Value = None);
    /// A tuple sketch of keys with doubles.
    tuple_sketch_agg_double(
        key: Column,
        summary: Column,
        lgNomEntries: Value = (none_sent 12),
        mode: Value = (none_sent (str "sum")),
    );
    /// A tuple sketch of keys with whole numbers.
    tuple_sketch_agg_integer(
        key: Column,
        summary: Column,
        lgNomEntries: Value = (none_sent 12),
        mode: Value = (none_sent (str "sum")),
    );
    /// About how many distinct keys a tuple sketch with doubles has seen.
    tuple_sketch_estimate_double(col: Column);
    /// About how many distinct keys a tuple sketch with whole numbers has seen.
    tuple_sketch_estimate_integer(col: Column);
    /// The doubles of a tuple sketch, taken together.
    tuple_sketch_summary_double(col: Column, mode: Value = None);
    /// The whole numbers of a tuple sketch, taken together.
    tuple_sketch_summary_integer(col: Column, mode: Value = None);
    /// Theta of a tuple sketch with doubles: the share of keys that it keeps.
    tuple_sketch_theta_double(col: Column);
    /// Theta of a tuple sketch with whole numbers: the share of keys that it keeps.
    tuple_sketch_theta_integer(col: Column);
    /// One tuple sketch of all, with doubles.
    tuple_union_agg_double(
        col: Column,
        lgNomEntries: Value = (none_sent 12),
        mode: Value = (none_sent (str "sum")),
    );
    /// One tuple sketch of all, with whole numbers.
    tuple_union_agg_integer(
        col: Column,
        lgNomEntries: Value = (none_sent 12),
        mode: Value = (none_sent (str "sum")),
    );
    /// One tuple sketch of two, with doubles.
    tuple_union_double(
        col1: Column,
        col2: Column,
        lgNomEntries: Value = (none_sent 12),
        mode: Value = (none_sent (str "sum")),
    );
    /// One tuple sketch of two, with whole numbers.
    tuple_union_integer(
        col1: Column,
        col2: Column,
        lgNomEntries: Value = (none_sent 12),
        mode: Value = (none_sent (str "sum")),
    );
    /// One tuple sketch, with doubles, of a tuple sketch and a theta sketch.
    tuple_union_theta_double(
        col1: Column,
        col2: Column,
        lgNomEntries: Value = (none_sent 12),
        mode: Value = (none_sent (str "sum")),
    );
    /// One tuple sketch, with whole numbers, of a tuple sketch and a theta sketch.
    tuple_union_theta_integer(
        col1: Column,
        col2: Column,
        lgNomEntries: Value = (none_sent 12),
        mode: Value = (none_sent (str "sum")),
    );

    /// The bit of a number in its bitmap.
    bitmap_bit_position(col: Column);
    /// The number of the bitmap that a number belongs to.
    bitmap_bucket_number(col: Column);
    /// A bitmap of the bits of all values.
    bitmap_construct_agg(col: Column);
    /// How many bits of a bitmap are set.
    bitmap_count(col: Column);
    /// The bits that are set in all bitmaps.
    bitmap_and_agg(col: Column);
    /// The bits that are set in some bitmap.
    bitmap_or_agg(col: Column);
}
