//! Mathematical functions, and those on bits.

functions! {
    /// The absolute value.
    abs(col: Column);
    /// The angle, in radians, whose cosine this is.
    acos(col: Column);
    /// The inverse hyperbolic cosine.
    acosh(col: Column);
    /// The angle, in radians, whose sine this is.
    asin(col: Column);
    /// The inverse hyperbolic sine.
    asinh(col: Column);
    /// The angle, in radians, whose tangent this is.
    atan(col: Column);
    /// The angle, in radians, between the x axis and the point (col2, col1).
    atan2(col1: Operand, col2: Operand);
    /// The inverse hyperbolic tangent.
    atanh(col: Column);
    /// A whole number in binary digits, as text.
    bin(col: Column);
    /// Rounded to a number of decimals, halves to the even neighbour.
    bround(col: Column, scale: Operand = None);
    /// The cube root.
    cbrt(col: Column);
    /// Rounded up, to a number of decimals if one is given.
    ceil(col: Column, scale: Operand = None);
    /// Rounded up; the same as `ceil`.
    ceiling(col: Column, scale: Operand = None);
    /// A number, as text, from one base to another.
    conv(col: Column, fromBase: Value, toBase: Value);
    /// The cosine of an angle in radians.
    cos(col: Column);
    /// The hyperbolic cosine.
    cosh(col: Column);
    /// The cotangent of an angle in radians.
    cot(col: Column);
    /// The cosecant of an angle in radians.
    csc(col: Column);
    /// An angle in radians, in degrees.
    degrees(col: Column);
    /// The old name of `degrees`.
    toDegrees as "degrees" (col: Column);
    /// Euler's number.
    e();
    /// Euler's number to this power.
    exp(col: Column);
    /// Euler's number to this power, less one; exact for small numbers.
    expm1(col: Column);
    /// The product of the whole numbers up to this one.
    factorial(col: Column);
    /// Rounded down, to a number of decimals if one is given.
    floor(col: Column, scale: Operand = None);
    /// A number, text or bytes in hexadecimal digits.
    hex(col: Column);
    /// The length of the hypotenuse over two sides.
    hypot(col1: Operand, col2: Operand);
    /// The natural logarithm.
    ln(col: Column);
    /// The logarithm to base 10.
    log10(col: Column);
    /// The natural logarithm of one more than this; exact for small numbers.
    log1p(col: Column);
    /// The logarithm to base 2.
    log2(col: Column);
    /// The number with its sign changed.
    negative(col: Column);
    /// The number with its sign changed; the same as `negative`.
    negate as "negative" (col: Column);
    /// The ratio of a circle's circumference to its diameter.
    pi();
    /// The remainder of a division, never negative for a positive divisor.
    pmod(dividend: Operand, divisor: Operand);
    /// The number itself.
    positive(col: Column);
    /// The first to the power of the second.
    pow as "power" (col1: Operand, col2: Operand);
    /// The first to the power of the second.
    power(col1: Operand, col2: Operand);
    /// An angle in degrees, in radians.
    radians(col: Column);
    /// The old name of `radians`.
    toRadians as "radians" (col: Column);
    /// A random number from 0 to 1, evenly distributed. Equal seeds give equal columns.
    rand(seed: Value = seed);
    /// A random number from 0 to 1; the same as `rand`.
    random as "rand" (seed: Value = seed);
    /// A random number of the standard normal distribution. Equal seeds give equal columns.
    randn(seed: Value = seed);
    /// Rounded to the nearest whole number, as a floating-point number.
    rint(col: Column);
    /// Rounded to a number of decimals, halves away from zero.
    round(col: Column, scale: Operand = None);
    /// The secant of an angle in radians.
    sec(col: Column);
    /// The sign: -1, 0 or 1.
    sign(col: Column);
    /// The sign: -1, 0 or 1; the same as `sign`.
    signum(col: Column);
    /// The sine of an angle in radians.
    sin(col: Column);
    /// The hyperbolic sine.
    sinh(col: Column);
    /// The square root.
    sqrt(col: Column);
    /// The tangent of an angle in radians.
    tan(col: Column);
    /// The hyperbolic tangent.
    tanh(col: Column);
    /// A sum, or null where it does not fit its type.
    try_add(left: Column, right: Column);
    /// A quotient, or null where the divisor is 0.
    try_divide(left: Column, right: Column);
    /// The remainder of a division, or null where the divisor is 0.
    try_mod(left: Column, right: Column);
    /// A product, or null where it does not fit its type.
    try_multiply(left: Column, right: Column);
    /// A difference, or null where it does not fit its type.
    try_subtract(left: Column, right: Column);
    /// The bytes of hexadecimal digits.
    unhex(col: Column);
    /// A random number between two numbers, evenly distributed.
    uniform(min: Value, max: Value, seed: Value = seed);
    /// The number of the bucket, of so many equal ones from min to max, that a value falls into; from 1.
    width_bucket(v: Column, min: Column, max: Column, numBucket: Operand);

    /// How many bits are set.
    bit_count(col: Column);
    /// The bit at a place, from 0 on the right.
    bit_get(col: Column, pos: Column);
    /// The bit at a place, from 0 on the right; the same as `bit_get`.
    getbit(col: Column, pos: Column);
    /// All bits turned.
    bitwise_not as "~" (col: Column);
    /// The old name of `bitwise_not`.
    bitwiseNOT as "~" (col: Column);
    /// The bits moved to the left.
    shiftleft(col: Column, numBits: Value);
    /// The old name of `shiftleft`.
    shiftLeft as "shiftleft" (col: Column, numBits: Value);
    /// The bits moved to the right, the sign kept.
    shiftright(col: Column, numBits: Value);
    /// The old name of `shiftright`.
    shiftRight as "shiftright" (col: Column, numBits: Value);
    /// The bits moved to the right, zeros coming in.
    shiftrightunsigned(col: Column, numBits: Value);
    /// The old name of `shiftrightunsigned`.
    shiftRightUnsigned as "shiftrightunsigned" (col: Column, numBits: Value);
}
