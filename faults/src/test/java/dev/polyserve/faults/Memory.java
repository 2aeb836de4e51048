package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;

/// The memory of a server process.
///
/// @param heapBytes in use after a collection
/// @param nativeBytes beside the heap, what Java code has allocated there, as for system calls
record Memory(long heapBytes, long nativeBytes) {
    /// Twice what a server without clients holds: 3 to 6 MB of the heap, and beside it up to 7 MB that the JDK keeps for the
    /// threads which have written much.
    private static final long HEAP_AT_REST_BYTES = 12L << 20;
    private static final long NATIVE_AT_REST_BYTES = 16L << 20;

    /// Reads `heap=… native=…`.
    static Memory of(Map<String, Long> numbers) {
        return new Memory(numbers.getOrDefault("heap", 0L), numbers.getOrDefault("native", 0L));
    }

    /// Requires no more than a server holds that has no clients.
    void requireAtRest() {
        assertThat(heapBytes).as("bytes of the heap in use without clients").isLessThan(HEAP_AT_REST_BYTES);
        assertThat(nativeBytes).as("bytes beside the heap in use without clients").isLessThan(NATIVE_AT_REST_BYTES);
    }

    /// Requires that each has grown by less than so much since it was `before`.
    void requireGrowthBelow(long bytes, Memory before) {
        assertThat(heapBytes - before.heapBytes).as("growth of the heap").isLessThan(bytes);
        assertThat(nativeBytes - before.nativeBytes).as("growth of memory beside the heap").isLessThan(bytes);
    }
}
