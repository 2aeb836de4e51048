package dev.polyserve.coroutine.hub;

import dev.polyserve.coroutine.carrier.Carrier;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/// How a hub runs its tasks: on its own thread, or each on a thread of its own with a hand-off.
public enum HubMode {
    LENT, HANDOFF;

    /// Longer than any operation takes that works.
    public static final Duration LONG = Duration.ofSeconds(60);

    /// The options of a hub in this mode, without reports of stalls: a busy machine stalls a hub, too.
    public HubOptions options() {
        return HubOptions.defaults().withLendThread(this == LENT).withStallLimit(Duration.ZERO);
    }

    /// Runs a test as the first task of a hub; fails if the hub reports anything.
    public void run(Hub.MainAction test) throws Exception {
        var reports = new Reports();
        Hub.run(options().withListener(reports), test);
        assertThat(reports.all).isEmpty();
    }

    /// Skips the test where the JDK does not lend threads: there, a blocking call blocks the whole hub.
    public static void assumeLent() {
        Assumptions.assumeTrue(Carrier.whyNot().isEmpty(), "threads cannot be lent");
    }

    /// Records what a hub reports.
    public static final class Reports implements HubEventListener {
        final List<String> all = Collections.synchronizedList(new ArrayList<>());
        final List<List<StackTraceElement>> stacks = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void taskFailed(Task<?> task, Throwable error) {
            all.add(task + " failed: " + error.getMessage());
        }

        @Override
        public void callbackFailed(Throwable error) {
            all.add("callback failed: " + error.getMessage());
        }

        @Override
        public void stalled(Duration soFar, Optional<Task<?>> task, List<StackTraceElement> stack) {
            stacks.add(stack);
            all.add("stalled by " + task.map(Task::name).orElse("?"));
        }

        @Override
        public void maybeDeadlocked(String tasks) {
            all.add("maybe deadlocked: " + tasks);
        }
    }
}
