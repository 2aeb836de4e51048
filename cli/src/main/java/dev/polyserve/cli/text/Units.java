package dev.polyserve.cli.text;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;

/// Parses and formats durations and sizes.
public final class Units {
    private static final String DURATION_FORM = "use a whole number with us, ms, s, m or h, as in 500ms, 30s, 5m, 2h, or 0";
    private static final String SIZE_FORM = "use a whole number of bytes, or one with KiB, MiB or GiB, as in 64KiB";
    private static final long MILLIS_PER_SECOND = 1000;
    private static final int KIBI = 1024;
    private static final int MOST_WITH_A_TENTH = 100;
    private static final long SECONDS_SHOWN_AS_MILLIS = 1;

    private Units() {}

    /// Parses `50us`, `500ms`, `30s`, `5m`, `2h` or `0`.
    ///
    /// @throws IllegalArgumentException with one sentence that describes the format
    public static Duration duration(String text) {
        if (text.equals("0")) {
            return Duration.ZERO;
        }
        int digits = digits(text);
        Duration unit = switch (text.substring(digits)) {
            case "us" -> Duration.of(1, ChronoUnit.MICROS);
            case "ms" -> Duration.ofMillis(1);
            case "s" -> Duration.ofSeconds(1);
            case "m" -> Duration.ofMinutes(1);
            case "h" -> Duration.ofHours(1);
            default -> throw new IllegalArgumentException("it is not a duration: " + DURATION_FORM);
        };
        return Duration.ofNanos(product(text, digits, unit.toNanos(), "it is not a duration: " + DURATION_FORM));
    }

    /// Parses `64KiB`, `1MiB`, `1GiB` or plain bytes.
    ///
    /// @throws IllegalArgumentException with one sentence that describes the format
    public static long bytes(String text) {
        int digits = digits(text);
        int shift = switch (text.substring(digits)) {
            case "" -> 0;
            case "KiB" -> 10;
            case "MiB" -> 20;
            case "GiB" -> 30;
            default -> throw new IllegalArgumentException("it is not a size: " + SIZE_FORM);
        };
        return product(text, digits, 1L << shift, "it is not a size: " + SIZE_FORM);
    }

    /// Formats a measured duration for people: `12 ms`, `1.2 s`.
    public static String shown(Duration took) {
        long millis = took.toMillis();
        if (took.toSeconds() < SECONDS_SHOWN_AS_MILLIS) {
            return millis + " ms";
        }
        long tenths = (millis + 50) / 100;
        return tenths / 10 + "." + tenths % 10 + " s";
    }

    /// Formats a measured size for people: `512 B`, `37.2 KiB`.
    public static String shownBytes(double bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
        double value = bytes;
        int unit = 0;
        while (value >= KIBI && unit < units.length - 1) {
            value /= KIBI;
            unit++;
        }
        return unit == 0 || value >= MOST_WITH_A_TENTH
                ? Math.round(value) + " " + units[unit]
                : Math.round(value * 10) / 10.0 + " " + units[unit];
    }

    /// Formats a duration as the command line takes it: `500ms`, `30s`.
    public static String written(Duration duration) {
        long millis = duration.toMillis();
        if (!duration.equals(Duration.ofMillis(millis))) {
            return TimeUnit.MICROSECONDS.convert(duration) + "us";
        }
        return millis % MILLIS_PER_SECOND == 0 ? millis / MILLIS_PER_SECOND + "s" : millis + "ms";
    }

    private static int digits(String text) {
        int count = 0;
        while (count < text.length() && text.charAt(count) >= '0' && text.charAt(count) <= '9') {
            count++;
        }
        return count;
    }

    private static long product(String text, int digits, long unit, String otherwise) {
        if (digits == 0) {
            throw new IllegalArgumentException(otherwise);
        }
        try {
            return Math.multiplyExact(Long.parseLong(text, 0, digits, 10), unit);
        } catch (NumberFormatException | ArithmeticException e) {
            throw new IllegalArgumentException("it is too large", e);
        }
    }
}
