package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;

/// The memory of a server process.
///
/// @param heapBytes the used heap after a garbage collection
/// @param nativeBytes the native memory that Java code has allocated, for example for system calls
record ProcessMemory(long heapBytes, long nativeBytes) {
    /// More than a server without clients uses: 2 to 7 MB of heap, and up to 1.5 MB of native memory, most of it small
    /// buffers that the JDK keeps for the threads of a pool.
    private static final long HEAP_AT_REST_BYTES = 12L << 20;
    private static final long NATIVE_AT_REST_BYTES = 8L << 20;

    /// Reads `heap=… native=…`.
    static ProcessMemory of(Map<String, Long> numbers) {
        return new ProcessMemory(numbers.getOrDefault("heap", 0L), numbers.getOrDefault("native", 0L));
    }

    /// Requires no more memory than a server without clients uses.
    void requireAtRest() {
        assertThat(heapBytes).as("bytes of the heap in use without clients").isLessThan(HEAP_AT_REST_BYTES);
        assertThat(nativeBytes).as("native bytes in use without clients").isLessThan(NATIVE_AT_REST_BYTES);
    }

    /// Requires that each has grown by less than `bytes` since `before`.
    void requireGrowthBelow(long bytes, ProcessMemory before) {
        assertThat(heapBytes - before.heapBytes).as("growth of the heap").isLessThan(bytes);
        assertThat(nativeBytes - before.nativeBytes).as("growth of native memory").isLessThan(bytes);
    }
}
