//! Functions of other kinds: nulls, hashes and ciphers, the session, geometry, vectors.

functions! {
    /// The first value that is not null.
    coalesce(cols: Columns);
    /// Whether both are equal, or both null.
    equal_null(col1: Column, col2: Column);
    /// The first, or the second where it is null.
    ifnull(col1: Column, col2: Column);
    /// Whether it is not a number.
    isnan(col: Column);
    /// Whether it is not null.
    isnotnull(col: Column);
    /// Whether it is null.
    isnull(col: Column);
    /// The first, or the second where it is not a number.
    nanvl(col1: Column, col2: Column);
    /// Null where both are equal, otherwise the first.
    nullif(col1: Column, col2: Column);
    /// Null where it is 0.
    nullifzero(col: Column);
    /// The first, or the second where it is null.
    nvl(col1: Column, col2: Column);
    /// The second where the first is not null, otherwise the third.
    nvl2(col1: Column, col2: Column, col3: Column);
    /// 0 where it is null.
    zeroifnull(col: Column);

    /// What AES makes of the bytes and a key.
    aes_encrypt(
        input: Column,
        key: Column,
        mode: Column = (none_sent (str "GCM")),
        padding: Column = (none_sent (str "DEFAULT")),
        iv: Column = (none_sent (str "")),
        aad: Column = (none_sent (str "")),
    );
    /// The bytes that AES had with a key.
    aes_decrypt(
        input: Column,
        key: Column,
        mode: Column = (none_sent (str "GCM")),
        padding: Column = (none_sent (str "DEFAULT")),
        aad: Column = (none_sent (str "")),
    );
    /// The bytes that AES had with a key, or null where it is the wrong one.
    try_aes_decrypt(
        input: Column,
        key: Column,
        mode: Column = (none_sent (str "GCM")),
        padding: Column = (none_sent (str "DEFAULT")),
        aad: Column = (none_sent (str "")),
    );
    /// The CRC 32 checksum.
    crc32(col: Column);
    /// A hash of the values.
    hash(cols: Columns);
    /// A code that proves who wrote a message, by a key.
    hmac(key: Column, message: Column, algorithm: Column = None);
    /// The MD5 checksum.
    md5(col: Column);
    /// The SHA-1 checksum.
    sha(col: Column);
    /// The SHA-1 checksum.
    sha1(col: Column);
    /// A 64-bit hash of the values.
    xxhash64(cols: Columns);

    /// Null where the condition holds, otherwise an error.
    assert_true(col: Column, errMsg: Value = None);
    /// An error with a message.
    raise_error(errMsg: Value);
    /// The name of the current catalog.
    current_catalog();
    /// The name of the current database.
    current_database();
    /// Where names are looked up, in order.
    current_path();
    /// The name of the current schema.
    current_schema();
    /// The name of the user.
    current_user();
    /// The name of the user; the same as `current_user`.
    session_user();
    /// The name of the user; the same as `current_user`.
    user();
    /// The version of Spark.
    version();
    /// The length of the block that a row was read from.
    input_file_block_length();
    /// The start of the block that a row was read from.
    input_file_block_start();
    /// The name of the file that a row was read from.
    input_file_name();
    /// A number that grows from row to row, though not by 1.
    monotonically_increasing_id();
    /// The number of the row's partition.
    spark_partition_id();
    /// A random UUID.
    uuid(seed: Value = seed);
    /// The type, as DDL.
    r#typeof(col: Column);
    /// What a method of a Java class, by its name, comes to.
    java_method(cols: Columns);
    /// What a method of a Java class, by its name, comes to.
    reflect(cols: Columns);
    /// What a method of a Java class comes to, or null where it fails.
    try_reflect(cols: Columns);
    /// The values, divided into so many rows.
    stack(cols: Columns);
    /// The plain value of a user-defined type.
    unwrap_udt(col: Column);

    /// A geography or geometry in WKB.
    st_asbinary(geo: Column, endianness: Value = None);
    /// The geography of WKB.
    st_geogfromwkb(wkb: Column);
    /// The geometry of WKB, in a reference system if one is given.
    st_geomfromwkb(wkb: Column, srid: Operand = None);
    /// The geography or geometry in a reference system.
    st_setsrid(geo: Column, srid: Operand);
    /// The number of a geography's or geometry's reference system.
    st_srid(geo: Column);

    /// The mean of vectors.
    vector_avg(col: Column);
    /// The cosine of the angle between two vectors.
    vector_cosine_similarity(left: Column, right: Column);
    /// The inner product of two vectors.
    vector_inner_product(left: Column, right: Column);
    /// The distance of two vectors.
    vector_l2_distance(left: Column, right: Column);
    /// The length of a vector, of degree 2 unless another is given.
    vector_norm(vector: Column, degree: Column = None);
    /// The vector of length 1 in the same direction.
    vector_normalize(vector: Column, degree: Column = None);
    /// The sum of vectors.
    vector_sum(col: Column);
}
