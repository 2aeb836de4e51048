package dev.polyserve.run;

import dev.polyserve.ConnectionInfo;
import dev.polyserve.Server;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;

/// The last turns of event loops that took too long.
///
/// **Thread**: any.
final class RecentStalls {
    private static final int MOST = 8;

    private final AtomicReference<List<Server.Stall>> last = new AtomicReference<>(List.of());

    private record Noticed(Instant at, String loop, Duration soFar, OptionalLong connection,
            List<StackTraceElement> stack) implements Server.Stall {}

    void add(String loop, Duration soFar, Optional<ConnectionInfo> connection, List<StackTraceElement> stack) {
        OptionalLong id = connection.isPresent() ? OptionalLong.of(connection.get().id()) : OptionalLong.empty();
        Server.Stall stall = new Noticed(Instant.now(), loop, soFar, id, List.copyOf(stack));
        last.updateAndGet(before -> {
            List<Server.Stall> kept = new ArrayList<>(
                    before.subList(Math.max(0, before.size() - MOST + 1), before.size()));
            kept.add(stall);
            return List.copyOf(kept);
        });
    }

    List<Server.Stall> list() {
        return last.get();
    }
}
