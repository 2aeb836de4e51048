package dev.polyserve.cli.text;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/// Finds the name that a misspelt word probably means.
public final class SpellingSuggestion {
    /// The number of letters per allowed mistake.
    private static final int LETTERS_PER_MISTAKE = 3;

    private SpellingSuggestion() {}

    /// The name with the smallest edit distance (Levenshtein); empty when none is close.
    public static Optional<String> to(String written, Collection<String> names) {
        int most = Math.max(1, written.length() / LETTERS_PER_MISTAKE);
        return names.stream().filter(name -> distance(written, name) <= most)
                .min(Comparator.comparingInt(name -> distance(written, name)));
    }

    private static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int changed = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[other.length()];
    }
}
