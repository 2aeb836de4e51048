package dev.polyserve.cli;

import java.util.OptionalInt;

/// A number, or a range as in `2..8`.
///
/// @param least the minimum
/// @param most the maximum; empty for a single number
record NumberRange(int least, OptionalInt most) {
    private static final String DOTS = "..";
    private static final int MOST_DIGITS = 6;

    /// Parses a range of numbers not less than `smallest`, which is 0 or 1.
    ///
    /// @throws IllegalArgumentException with the reason, when the text is invalid
    static NumberRange parse(String text, int smallest) {
        int dots = text.indexOf(DOTS);
        if (dots < 0) {
            return new NumberRange(number(text, smallest), OptionalInt.empty());
        }
        int least = number(text.substring(0, dots), smallest);
        int most = number(text.substring(dots + DOTS.length()), smallest);
        if (most < least) {
            throw new IllegalArgumentException("the maximum is less than the minimum");
        }
        return new NumberRange(least, OptionalInt.of(most));
    }

    private static int number(String text, int smallest) {
        boolean digits = !text.isEmpty() && text.length() <= MOST_DIGITS
                && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!digits || Integer.parseInt(text) < smallest) {
            throw new IllegalArgumentException(
                    "it must be a " + (smallest == 0 ? "" : "positive ") + "number, or two as in 2..8");
        }
        return Integer.parseInt(text);
    }

    /// The maximum, or the only number.
    int mostOrLeast() {
        return most.orElse(least);
    }
}
