package dev.polyserve.coroutine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/// The two ways in which a hub gives its tasks their turns.
enum Hubs {
    LENT, BATON;

    /// Longer than anything takes that is right.
    static final Duration LONG = Duration.ofSeconds(60);

    HubOptions options() {
        // A busy machine stalls a hub, too: only the test of the monitor wants to hear of it.
        return HubOptions.defaults().withLendThread(this == LENT).withStallLimit(Duration.ZERO);
    }

    /// Runs a test as the first task of a hub, and expects that nothing is reported.
    void run(Hub.MainAction test) throws Exception {
        var reports = new Reports();
        Hub.run(options().withListener(reports), test);
        assertThat(reports.all).isEmpty();
    }

    /// Leaves a test out where threads cannot be lent: on a stock JDK calls that block keep the hub.
    static void assumeLent() {
        Assumptions.assumeTrue(Carrier.whyNot().isEmpty(), "threads cannot be lent");
    }

    /// What a hub reports.
    static final class Reports implements HubListener {
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
