package dev.polyserve.bench.contender;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Processor numbers, ascending; written in Linux's list format: `0-3,8`.
///
/// @param numbers at least one
public record ProcessorList(List<Integer> numbers) {
    /// Sorts the numbers and removes duplicates.
    public ProcessorList {
        if (numbers.isEmpty()) {
            throw new IllegalArgumentException("a set of processors must not be empty");
        }
        numbers = numbers.stream().sorted().distinct().toList();
    }

    /// Parses the list format.
    ///
    /// @throws IllegalArgumentException when the text is not in that format
    static ProcessorList parse(String list) {
        List<Integer> numbers = new ArrayList<>();
        for (String part : list.strip().split(",", -1)) {
            String[] ends = part.split("-", 2);
            int first = Integer.parseInt(ends[0]);
            int last = ends.length == 1 ? first : Integer.parseInt(ends[1]);
            IntStream.rangeClosed(first, last).forEach(numbers::add);
        }
        return new ProcessorList(numbers);
    }

    public int count() {
        return numbers.size();
    }

    /// A description such as "processor 3" or "processors 0-3".
    String describe() {
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
