package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The resources of a server process: descriptors by kind, threads of the library, connections.
///
/// @param descriptors the number of each kind, without files, which the JVM opens at any time
/// @param threads the names of the library's threads, including virtual ones
/// @param active the number of open connections
/// @param inside the number of connections that the service has begun and not ended
/// @param bufferedBytes the memory of the connections' buffers
record Footprint(Map<String, Integer> descriptors, List<String> threads, long active, long inside, long bufferedBytes) {
    /// The epoll descriptor that the JDK opens for each carrier of virtual threads when it first waits. A leaked
    /// selector is still detected, because it has an event descriptor too.
    private static final String JDK_POLLER = "anon_inode:[eventpoll]";

    /// Requires that `now` is the same as this.
    void requireAgain(Footprint now) {
        assertThat(now.active).as("active connections").isZero();
        assertThat(now.inside).as("connections begun and not ended").isZero();
        assertThat(now.bufferedBytes).as("buffered bytes").isZero();
        assertThat(now.threads).as("the library's threads").isEqualTo(threads);
        // Fewer are no leak: a selector closes cancelled channels a moment later, so the first count may be one higher.
        assertThat(now.descriptors).as("descriptors; before: %s", descriptors)
                .allSatisfy((kind, count) -> assertThat(count).isLessThanOrEqualTo(descriptors.getOrDefault(kind, 0)));
    }

    /// The number of descriptors of each kind in a process.
    static Map<String, Integer> descriptors(long pid) throws IOException {
        Map<String, Integer> kinds = new TreeMap<>();
        try (Stream<Path> entries = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            for (Path entry : (Iterable<Path>) entries::iterator) {
                String target;
                try {
                    target = Files.readSymbolicLink(entry).toString();
                } catch (NoSuchFileException e) {
                    continue; // closed meanwhile
                }
                if (!target.startsWith("/") && !target.equals(JDK_POLLER)) {
                    kinds.merge(target.replaceFirst(":?\\[?\\d+]?$", ""), 1, Integer::sum);
                }
            }
        }
        return kinds;
    }
}
