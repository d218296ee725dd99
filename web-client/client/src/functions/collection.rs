//! Functions on arrays, maps and structs.

functions! {
    /// An array of the columns' values.
    array(cols: Columns);
    /// The array with an element at its end.
    array_append(col: Column, value: Value);
    /// The array without nulls.
    array_compact(col: Column);
    /// Whether the array has an element of this value.
    array_contains(col: Column, value: Value);
    /// The array without repeated elements.
    array_distinct(col: Column);
    /// The elements of the first array that the second has not, each once.
    array_except(col1: Column, col2: Column);
    /// The array with an element put in at a place, from 1; from the end if negative.
    array_insert(arr: Column, pos: Operand, value: Value);
    /// The elements that both arrays have, each once.
    array_intersect(col1: Column, col2: Column);
    /// The elements as one text with a delimiter between them; nulls are left out or replaced.
    array_join(col: Column, delimiter: Value, null_replacement: Value = None);
    /// The largest element.
    array_max(col: Column);
    /// The smallest element.
    array_min(col: Column);
    /// The place of the first element of this value, from 1; 0 if there is none.
    array_position(col: Column, value: Value);
    /// The array with an element at its start.
    array_prepend(col: Column, value: Value);
    /// The array without all elements of this value.
    array_remove(col: Column, element: Value);
    /// An array of one value, so many times.
    array_repeat(col: Column, count: Operand);
    /// How many elements the array has.
    array_size(col: Column);
    /// The elements of both arrays, each once.
    array_union(col1: Column, col2: Column);
    /// Whether the arrays share an element.
    arrays_overlap(a1: Column, a2: Column);
    /// An array of structs, each of the elements at one place.
    arrays_zip(cols: Columns);
    /// How many elements or entries there are.
    cardinality(col: Column);
    /// Texts, bytes or arrays one after the other.
    concat(cols: Columns);
    /// A map of keys and values by turns.
    create_map as "map" (cols: Columns);
    /// The element at a place, from 1, or the value of a key.
    element_at(col: Column, extraction: Value);
    /// A row for each element, or for each entry of a map.
    explode(col: Column);
    /// A row for each element or entry, and one with null where there are none.
    explode_outer(col: Column);
    /// The elements of an array's arrays as one array.
    flatten(col: Column);
    /// The element at a place, from 0; null beyond the end.
    get(col: Column, index: Operand);
    /// A row for each struct of an array, its fields as columns.
    inline(col: Column);
    /// A row for each struct of an array, and one with nulls where there are none.
    inline_outer(col: Column);
    /// One map of several.
    map_concat(cols: Columns);
    /// Whether the map has a key.
    map_contains_key(col: Column, value: Value);
    /// The entries as an array of structs.
    map_entries(col: Column);
    /// A map of an array of keys and one of values.
    map_from_arrays(col1: Column, col2: Column);
    /// A map of an array of structs with a key and a value.
    map_from_entries(col: Column);
    /// The keys as an array.
    map_keys(col: Column);
    /// The values as an array.
    map_values(col: Column);
    /// A struct of names and values by turns.
    named_struct(cols: Columns);
    /// A row for each element, with its place from 0.
    posexplode(col: Column);
    /// A row for each element, with its place from 0, and one with nulls where there are none.
    posexplode_outer(col: Column);
    /// A text or an array from its end to its start.
    reverse(col: Column);
    /// The values from start to stop, by a step of 1 or -1 unless one is given.
    sequence(start: Column, stop: Column, step: Column = None);
    /// The array in a random order. Equal seeds give equal orders.
    shuffle(col: Column, seed: Value = seed);
    /// How many elements or entries there are.
    size(col: Column);
    /// A part of an array, from a place, from 1, and of a length.
    slice(x: Column, start: Operand, length: Operand);
    /// The array in ascending order, or in descending order.
    sort_array(col: Column, asc: Value = true);
    /// A map of a text whose pairs, and whose keys and values, are delimited.
    str_to_map(
        text: Column,
        pairDelim: Column = (none_sent (str ",")),
        keyValueDelim: Column = (none_sent (str ":")),
    );
    /// A struct of columns, under their names.
    r#struct(cols: Columns);
    /// The element at a place, from 1, or the value of a key; null where there is none.
    try_element_at(col: Column, extraction: Column);
}
