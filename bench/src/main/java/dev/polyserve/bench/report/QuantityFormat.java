package dev.polyserve.bench.report;

import dev.polyserve.bench.result.BenchMetric;
import java.util.Locale;

/// Formats a figure for people: three significant digits and a unit.
public final class QuantityFormat {
    private static final double KIBI = 1_024;
    private static final double MEBI = KIBI * KIBI;
    private static final double GIBI = KIBI * MEBI;

    private QuantityFormat() {}

    /// Formats a value of the metric with its unit: `12.4 µs`, `81,300`, `1.2 KiB`.
    public static String of(BenchMetric metric, double value) {
        return switch (metric.unit()) {
            case PER_SECOND -> whole(value);
            case MICROSECONDS -> micros(value);
            case BYTES -> bytes(value);
            case PROCESSORS -> String.format(Locale.ROOT, "%.2f", value);
            case SHARE -> String.format(Locale.ROOT, "%.1f %%", value * 100);
            case COUNT -> switch (metric) {
                case THREADS, DESCRIPTORS -> whole(value);
                default -> digits(value);
            };
        };
    }

    private static String micros(double value) {
        if (value < 999.5) {
            return digits(value) + " µs";
        }
        return value < 999_500 ? digits(value / 1_000) + " ms" : digits(value / 1_000_000) + " s";
    }

    private static String bytes(double value) {
        double size = Math.abs(value);
        if (size < KIBI) {
            return whole(value) + " B";
        }
        if (size < MEBI) {
            return digits(value / KIBI) + " KiB";
        }
        return size < GIBI ? digits(value / MEBI) + " MiB" : digits(value / GIBI) + " GiB";
    }

    private static String whole(double value) {
        return String.format(Locale.ROOT, "%,.0f", value);
    }

    /// `6.10`, `12.1`, `105`, `1,020`.
    private static String digits(double value) {
        double size = Math.abs(value);
        return String.format(Locale.ROOT, size < 9.995 ? "%.2f" : size < 99.95 ? "%.1f" : "%,.0f", value);
    }
}
