//! Functions on text and bytes.

functions! {
    /// The code of the first character.
    ascii(col: Column);
    /// Bytes in base 64, as text.
    base64(col: Column);
    /// How many bits the text or the bytes have.
    bit_length(col: Column);
    /// The text without spaces, or other characters, at both ends.
    btrim(str: Column, trim: Column = None);
    /// The character of a code.
    char(col: Column);
    /// How many characters the text has.
    char_length(str: Column);
    /// How many characters the text has; the same as `char_length`.
    character_length(str: Column);
    /// The character of a code; the same as `char`.
    chr(n: Column);
    /// The text in a collation.
    collate(col: Column, collation: Value);
    /// The name of the text's collation.
    collation(col: Column);
    /// Texts one after the other with a separator between them.
    concat_ws(sep: Value, cols: Columns);
    /// Whether the first holds the second.
    contains(left: Column, right: Column);
    /// The text of bytes in a character set.
    decode(col: Column, charset: Value);
    /// The argument whose number, from 1, is the first argument.
    elt(inputs: Columns);
    /// The bytes of a text in a character set.
    encode(col: Column, charset: Value);
    /// Whether the text ends in another.
    endswith(str: Column, suffix: Column);
    /// The place of a text, from 1, in a list with commas; 0 if it is not there.
    find_in_set(str: Column, str_array: Column);
    /// A number with so many decimals, and commas between thousands.
    format_number(col: Column, d: Value);
    /// Values in a format of `printf`.
    format_string(format: Value, cols: Columns);
    /// The bytes of base 32.
    from_base32(col: Column);
    /// Whether the text matches a pattern of SQL, in any case.
    ilike(str: Column, pattern: Column, escapeChar: Column = None);
    /// The text with a capital at the start of each word.
    initcap(col: Column);
    /// Whether the bytes of the text are valid UTF-8.
    is_valid_utf8(str: Column);
    /// How alike two texts are by Jaro and Winkler, from 0 to 1.
    jaro_winkler_similarity(left: Column, right: Column);
    /// The text in small letters; the same as `lower`.
    lcase(str: Column);
    /// The first characters of a text.
    left(str: Column, len: Column);
    /// How many characters the text, or bytes the value, has.
    length(col: Column);
    /// How many changes make one text the other; -1 beyond a threshold.
    levenshtein(left: Column, right: Column, threshold: Value = None);
    /// Whether the text matches a pattern of SQL.
    like(str: Column, pattern: Column, escapeChar: Column = None);
    /// The place, from 1, of the first occurrence in a text, from a place on; 0 if there is none.
    locate(substr: Value, str: Column, pos: Value = 1);
    /// The text in small letters.
    lower(col: Column);
    /// The text, filled on the left, or cut, to a length.
    lpad(col: Column, len: Value, pad: Value);
    /// The text with wrong bytes replaced, so that it is valid UTF-8.
    make_valid_utf8(str: Column);
    /// The text with its characters replaced by kind; null keeps a kind.
    mask(
        col: Column,
        upperChar: Column = (none_sent (str "X")),
        lowerChar: Column = (none_sent (str "x")),
        digitChar: Column = (none_sent (str "n")),
        otherChar: Column = (none_sent null),
    );
    /// How many bytes the text or the value has.
    octet_length(col: Column);
    /// The text with a part, from a place, from 1, and of a length, replaced by another.
    overlay(src: Column, replace: Column, pos: Operand, len: Operand = (- 1));
    /// A part of a URL, such as HOST or QUERY; of its query the value of a key.
    parse_url(url: Column, partToExtract: Column, key: Column = None);
    /// The place, from 1, of the first occurrence in a text, from a place on; 0 if there is none.
    position(substr: Column, str: Column, start: Column = None);
    /// Values in a format of `printf`.
    printf(format: Column, cols: Columns);
    /// The text in quotes, those inside marked.
    quote(col: Column);
    /// A random text of letters and digits. Equal seeds give equal texts.
    randstr(length: Value, seed: Value = seed);
    /// Whether the text matches a regular expression.
    regexp(str: Column, regexp: Column);
    /// How often a regular expression matches.
    regexp_count(str: Column, regexp: Column);
    /// The group of a number in the first match of a regular expression.
    regexp_extract(str: Column, pattern: Value, idx: Value);
    /// The group of a number in all matches of a regular expression, as an array.
    regexp_extract_all(str: Column, regexp: Column, idx: Value = None);
    /// The place, from 1, of the first match of a regular expression; 0 if there is none.
    regexp_instr(str: Column, regexp: Column, idx: Value = None);
    /// Whether the text matches a regular expression; the same as `regexp`.
    regexp_like(str: Column, regexp: Column);
    /// The text with all matches of a regular expression, from a place on, replaced.
    regexp_replace(string: Column, pattern: Value, replacement: Value, position: Value = None);
    /// The first match of a regular expression, or null.
    regexp_substr(str: Column, regexp: Column);
    /// The text, so many times.
    repeat(col: Column, n: Operand);
    /// The text with all occurrences of another replaced, or taken out.
    replace(src: Column, search: Column, replace: Column = None);
    /// The last characters of a text.
    right(str: Column, len: Column);
    /// Whether the text matches a regular expression.
    rlike(str: Column, regexp: Column);
    /// The text, filled on the right, or cut, to a length.
    rpad(col: Column, len: Value, pad: Value);
    /// The words of a text as an array of sentences, each an array.
    sentences(
        string: Column,
        language: Column = (none_sent (str "")),
        country: Column = (none_sent (str "")),
    );
    /// The Soundex code of a word's sound.
    soundex(col: Column);
    /// The parts between matches of a regular expression, as an array; at most so many if the limit is positive.
    split(str: Column, pattern: Value, limit: Operand = (- 1));
    /// The part of a number, from 1, between delimiters; from the end if negative.
    split_part(src: Column, delimiter: Column, partNum: Column);
    /// Whether the text starts with another.
    startswith(str: Column, prefix: Column);
    /// A part of a text or of bytes, from a place, from 1.
    substr(str: Column, pos: Column, len: Column = None);
    /// A part of a text or of bytes, from a place, from 1, and of a length.
    substring(str: Column, pos: Operand, len: Operand);
    /// What comes before the delimiter of a number; after it, counted from the end, if negative.
    substring_index(str: Column, delim: Value, count: Value);
    /// Bytes in base 32, as text.
    to_base32(col: Column);
    /// The bytes of a text in a format: hex, utf-8 or base64.
    to_binary(col: Column, format: Column = None);
    /// A number or a time in a format.
    to_char(col: Column, format: Column);
    /// The number of a text in a format.
    to_number(col: Column, format: Column);
    /// A number or a time in a format; the same as `to_char`.
    to_varchar(col: Column, format: Column);
    /// The text with characters replaced, each by the one at the same place.
    translate(srcCol: Column, matching: Value, replace: Value);
    /// A part of a URL, or null where it is no URL.
    try_parse_url(url: Column, partToExtract: Column, key: Column = None);
    /// The bytes of a text in a format, or null where it is not in it.
    try_to_binary(col: Column, format: Column = None);
    /// The number of a text in a format, or null where it is not in it.
    try_to_number(col: Column, format: Column);
    /// The text of a URL's escapes, or null where they are wrong.
    try_url_decode(str: Column);
    /// The text, or null where its bytes are no valid UTF-8.
    try_validate_utf8(str: Column);
    /// The text in capitals; the same as `upper`.
    ucase(str: Column);
    /// The bytes of base 64.
    unbase64(col: Column);
    /// The text in capitals.
    upper(col: Column);
    /// The text of a URL's escapes.
    url_decode(str: Column);
    /// The text with a URL's escapes.
    url_encode(str: Column);
    /// The text; an error where its bytes are no valid UTF-8.
    validate_utf8(str: Column);
}
