package dev.polyserve.examples.coroutine;

import dev.polyserve.coroutine.hub.Hub;
import dev.polyserve.coroutine.hub.Task;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/// Three tasks that count and sleep: the third coroutine of the tutorial.
public final class ThreeCounters {
    private ThreeCounters() {}

    /// Counts to `last` in three tasks at once, with a pause after each number.
    public static void count(int last, Duration pause, Consumer<String> out) throws Exception {
        // region threeCounters
        Hub.run(hub -> {
            for (String name : List.of("g1", "g2", "g3")) {
                hub.spawn(name, () -> {
                    for (int i = 0; i < last; i++) {
                        out.accept(Task.current() + " " + i);
                        hub.sleep(pause);
                    }
                });
            }
        });
        // endregion
    }

    static void main() throws Exception {
        count(5, Duration.ofSeconds(1), IO::println);
    }
}
