package dev.polyserve.bench.contender;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Processors by number, ascending; written as Linux writes them: `0-3,8`.
///
/// @param numbers at least one
public record Processors(List<Integer> numbers) {
    /// Keeps them in order.
    public Processors {
        if (numbers.isEmpty()) {
            throw new IllegalArgumentException("there is always a processor");
        }
        numbers = numbers.stream().sorted().distinct().toList();
    }

    /// Reads the list form.
    ///
    /// @throws IllegalArgumentException when it is none
    static Processors parse(String list) {
        List<Integer> numbers = new ArrayList<>();
        for (String part : list.strip().split(",", -1)) {
            String[] ends = part.split("-", 2);
            int first = Integer.parseInt(ends[0]);
            int last = ends.length == 1 ? first : Integer.parseInt(ends[1]);
            IntStream.rangeClosed(first, last).forEach(numbers::add);
        }
        return new Processors(numbers);
    }

    /// How many.
    public int count() {
        return numbers.size();
    }

    /// "processor 3", "processors 0-3".
    String inWords() {
        return (count() == 1 ? "processor " : "processors ") + this;
    }

    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        for (int i = 0, next; i < numbers.size(); i = next) {
            next = i + 1;
            while (next < numbers.size() && numbers.get(next) == numbers.get(next - 1) + 1) {
                next++;
            }
            int first = numbers.get(i);
            int last = numbers.get(next - 1);
            parts.add(first == last ? Integer.toString(first) : first + "-" + last);
        }
        return parts.stream().collect(Collectors.joining(","));
    }
}
