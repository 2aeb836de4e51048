package dev.polyserve.conformance;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/// Selects few configurations that still cover every combination of the levels of a few factors (pairwise testing). The
/// tests of `faults` use it too.
///
/// Most defects that depend on a configuration depend on one factor or on two together (Kuhn, Wallace and Gallo,
/// *Software Fault Interactions and Implications for Software Testing*, IEEE TSE 30(6), 2004). The choice is greedy, as
/// in AETG (Cohen and others, *The AETG System*, IEEE TSE 23(7), 1997), and the same for the same configurations.
public final class CoveringArray {
    private CoveringArray() {}

    /// Selects configurations, in their order.
    ///
    /// @param factors the factors of a configuration
    /// @param strength the number of combined factors: 1 covers each level, 2 each pair of levels that a configuration
    ///         has
    public static <T> List<T> choose(List<T> all, List<Function<T, Object>> factors, int strength) {
        return chooseInTurn(List.of(all), factors, strength);
    }

    /// Selects configurations of several lists, in their order: of each list those that cover what the lists before it
    /// do not. Configurations that cost more come in later lists.
    ///
    /// @param factors the factors of a configuration
    /// @param strength the number of combined factors, as for [#choose]
    public static <T> List<T> chooseInTurn(List<List<T>> lists, List<Function<T, Object>> factors, int strength) {
        List<T> all = lists.stream().flatMap(List::stream).toList();
        int[][] combinations = numbered(all, factors, strength);
        int[] timesChosen = new int[1 + IntStream.range(0, all.size()).flatMap(i -> IntStream.of(combinations[i])).max()
                .orElse(-1)];
        BitSet chosen = new BitSet();
        int begin = 0;
        for (List<T> list : lists) {
            cover(combinations, begin, begin + list.size(), timesChosen, chosen);
            begin += list.size();
        }
        return chosen.stream().mapToObj(all::get).toList();
    }

    /// Adds configurations from `begin` to before `end` until each of their combinations was chosen.
    private static void cover(int[][] combinations, int begin, int end, int[] timesChosen, BitSet chosen) {
        for (int next; (next = best(combinations, begin, end, timesChosen)) >= 0;) {
            for (int each : combinations[next]) {
                timesChosen[each]++;
            }
            chosen.set(next);
        }
    }

    /// The configuration with the most new combinations, then with the levels selected least often, then the first; -1
    /// when none has a new one.
    private static int best(int[][] combinations, int begin, int end, int[] timesChosen) {
        int best = -1;
        int mostNew = 0;
        int leastOften = 0;
        for (int one = begin; one < end; one++) {
            int added = 0;
            int often = 0;
            for (int each : combinations[one]) {
                often += timesChosen[each];
                added += timesChosen[each] == 0 ? 1 : 0;
            }
            if (added > mostNew || (added == mostNew && added > 0 && often < leastOften)) {
                best = one;
                mostNew = added;
                leastOften = often;
            }
        }
        return best;
    }

    /// The combinations of each configuration as numbers from 0.
    private static <T> int[][] numbered(List<T> all, List<Function<T, Object>> factors, int strength) {
        Map<Set<Level>, Integer> numbers = new HashMap<>();
        return all.stream().map(one -> combinations(one, factors, strength).stream()
                .mapToInt(each -> numbers.computeIfAbsent(each, _ -> numbers.size())).toArray()).toArray(int[][]::new);
    }

    /// The combinations of levels of a configuration.
    static <T> List<Set<Level>> combinations(T configuration, List<Function<T, Object>> factors, int strength) {
        List<Level> levels = new ArrayList<>();
        for (int i = 0; i < factors.size(); i++) {
            levels.add(new Level(i, factors.get(i).apply(configuration)));
        }
        return switch (strength) {
            case 1 -> levels.stream().map(Set::of).toList();
            case 2 -> pairs(levels);
            default -> throw new IllegalArgumentException("the strength " + strength + " is neither 1 nor 2");
        };
    }

    private static List<Set<Level>> pairs(List<Level> levels) {
        List<Set<Level>> pairs = new ArrayList<>();
        for (int i = 0; i < levels.size(); i++) {
            for (int j = i + 1; j < levels.size(); j++) {
                pairs.add(Set.of(levels.get(i), levels.get(j)));
            }
        }
        return pairs;
    }

    /// The levels of a factor in some configurations.
    ///
    /// @param factor the index of the factor
    record Level(int factor, Object value) {}
}
