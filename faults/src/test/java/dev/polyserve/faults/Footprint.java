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

/// What a server process holds: descriptors by kind, the library's threads, connections.
///
/// @param descriptors how many of each kind, files left out: the JVM opens those when it likes
/// @param threads the library's own, virtual ones too
/// @param active connections
/// @param inside conversations that a service has begun and not ended
/// @param bufferedBytes what the connections' buffers occupy
record Footprint(Map<String, Integer> descriptors, List<String> threads, long active, long inside, long bufferedBytes) {
    /// The JDK gives each carrier of virtual threads a poller when it first waits. A selector would be seen all the same: it
    /// has an event descriptor, too.
    private static final String JDK_POLLER = "anon_inode:[eventpoll]";

    /// Requires that `now` is what this was.
    void requireAgain(Footprint now) {
        assertThat(now.active).as("active connections").isZero();
        assertThat(now.inside).as("conversations begun and not ended").isZero();
        assertThat(now.bufferedBytes).as("bytes that buffers occupy").isZero();
        assertThat(now.threads).as("the library's threads").isEqualTo(threads);
        // Fewer are no leak: a selector closes what was closed under it a moment later, so the first count may hold one more.
        assertThat(now.descriptors).as("descriptors; before: %s", descriptors)
                .allSatisfy((kind, count) -> assertThat(count).isLessThanOrEqualTo(descriptors.getOrDefault(kind, 0)));
    }

    /// How many descriptors of each kind a process has.
    static Map<String, Integer> descriptors(long pid) throws IOException {
        Map<String, Integer> kinds = new TreeMap<>();
        try (Stream<Path> entries = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            for (Path entry : (Iterable<Path>) entries::iterator) {
                String target;
                try {
                    target = Files.readSymbolicLink(entry).toString();
                } catch (NoSuchFileException e) {
                    continue; // closed while we looked
                }
                if (!target.startsWith("/") && !target.equals(JDK_POLLER)) {
                    kinds.merge(target.replaceFirst(":?\\[?\\d+]?$", ""), 1, Integer::sum);
                }
            }
        }
        return kinds;
    }
}
