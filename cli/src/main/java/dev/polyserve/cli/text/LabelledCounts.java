package dev.polyserve.cli.text;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Formats counts by label, such as how often each limit was reached.
///
/// **Thread**: any.
public final class LabelledCounts {
    private LabelledCounts() {}

    /// As in `crash 1, recycled 2`, in the order of the constants; empty without counts.
    public static <K extends Enum<K>> String text(Map<K, Long> counts, Function<? super K, String> label) {
        return counts.entrySet().stream().sorted(Map.Entry.comparingByKey())
                .map(count -> text(label.apply(count.getKey()), count.getValue())).collect(Collectors.joining(", "));
    }

    /// One of them, as in `crash 1`.
    public static String text(String label, long count) {
        return label + " " + count;
    }

    /// How often worker processes were restarted, as in `3 times (crash 1, recycled 2)`.
    ///
    /// @param reasons the counts by reason as [#text]
    public static String restarts(long restarts, String reasons) {
        return restarts + " times" + (reasons.isEmpty() ? "" : " (" + reasons + ")");
    }
}
