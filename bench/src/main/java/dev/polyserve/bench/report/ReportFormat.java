package dev.polyserve.bench.report;

import dev.polyserve.bench.result.ComparisonResult;
import dev.polyserve.bench.result.BenchEnvironment;
import dev.polyserve.bench.result.BenchSettings;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Formats numbers, lists and settings as words, in the same way in every report.
final class ReportFormat {
    private ReportFormat() {}

    /// `a`, `a and b`, `a, b and c`.
    static String list(List<String> items) {
        int last = items.size() - 1;
        return last < 1
                ? String.join("", items)
                : String.join(", ", items.subList(0, last)) + " and " + items.get(last);
    }

    /// Capitalizes the first word.
    static String sentence(String words) {
        return words.isEmpty() ? words : words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    /// `4 %`, of 0.036: rounded up, because it is the upper bound of a difference.
    static String atMostPercent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", Math.max(1, Math.ceil(share * 100 - 1e-9)));
    }

    /// `23 %`, of 0.228.
    static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", share * 100);
    }

    /// `0.048`, `1.23`, `10.2`, `480`: a ratio with three significant digits.
    static String times(double ratio) {
        String form = ratio < 0.0995 ? "%.3f" : ratio < 9.995 ? "%.2f" : ratio < 99.95 ? "%.1f" : "%,.0f";
        return String.format(Locale.ROOT, form, ratio);
    }

    /// The kind of load: `closed loop`, or `20,000 requests/s (50 % of the weakest)`.
    static String load(ComparisonResult comparison) {
        return switch (comparison.load()) {
            case CLOSED -> "closed loop";
            case OPEN -> rate(comparison) + (comparison.shareOfWeakest() > 0
                    ? " (" + percent(comparison.shareOfWeakest()) + " of the weakest)"
                    : "");
        };
    }

    /// The workload of the lab that shows what happens under this one, if there is one.
    static Optional<String> labWorkload(String workload) {
        return switch (workload) {
            case "echo", "pipeline" -> Optional.of("talkers");
            case "churn" -> Optional.of("burst");
            case "wait" -> Optional.of("sleep");
            case "cpu", "mixed" -> Optional.of("compute");
            case "idle" -> Optional.of("idle");
            case "slow-reader" -> Optional.of("slow");
            default -> Optional.empty();
        };
    }

    /// `20,000 requests/s`.
    static String rate(ComparisonResult comparison) {
        return String.format(Locale.ROOT, "%,.0f requests/s", comparison.requestsPerSecond());
    }

    /// `AMD EPYC, 2 processors, 7.8 GiB, Linux 6.18`.
    static String machine(BenchEnvironment environment) {
        return String.format(Locale.ROOT, "%s, %d processors, %.1f GiB, %s", environment.processor(),
                environment.processors(), environment.memoryBytes() / (double) (1 << 30), environment.system());
    }

    /// `5 rounds of 10 s after at most 20 s of warm-up`.
    static String rounds(BenchSettings settings) {
        return settings.rounds() + (settings.rounds() == 1 ? " round of " : " rounds of ")
                + seconds(settings.roundSeconds()) + " after at most " + seconds(settings.warmupSeconds())
                + " of warm-up";
    }

    /// The length of the chain that counts as a millisecond of computing; empty when no workload computes.
    static Optional<String> work(BenchSettings settings) {
        return settings.multiplicationsPerMilli() == 0
                ? Optional.empty()
                : Optional
                        .of(String.format(Locale.ROOT, "1 ms of computing is a chain of %,d multiplications, the same "
                                + "for all contenders", settings.multiplicationsPerMilli()));
    }

    /// `0.5 s`, `10 s`, `2 min 13 s`.
    static String seconds(double seconds) {
        if (seconds < 120) {
            return new BigDecimal(seconds).setScale(1, RoundingMode.HALF_UP).stripTrailingZeros().toPlainString()
                    + " s";
        }
        long whole = Math.round(seconds);
        return whole / 60 + " min" + (whole % 60 == 0 ? "" : " " + whole % 60 + " s");
    }

    /// `tcp, 100 connections, 64 B requests, depth 1`.
    static String load(BenchSettings settings) {
        return String.format(Locale.ROOT, "%s, %,d connections, %,d B requests, depth %d", settings.endpoint(),
                settings.connections(), settings.requestBytes(), settings.depth());
    }
}
