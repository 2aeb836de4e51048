package dev.polyserve.coroutine;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The words in which a hub reports. **Thread**: any.
final class HubLog {
    private static final System.Logger LOG = System.getLogger("dev.polyserve.coroutine");

    private HubLog() {}

    static void warn(String message, @Nullable Throwable error) {
        LOG.log(System.Logger.Level.WARNING, message, error);
    }

    static void givenUp(HubOptions options, List<Task<?>> tasks) {
        warn("tasks of the hub " + options.name() + " have not ended within " + options.patience().toMillis()
                + " ms after they were killed, and are given up\n" + states(tasks), null);
    }

    /// Tells a listener something. What it throws is logged, and ends neither a task nor its hub.
    static void tell(Runnable report) {
        try {
            report.run();
        } catch (RuntimeException | Error e) {
            warn("the listener of a hub failed", e);
        }
    }

    static String spawned(Task<?> task) {
        List<StackTraceElement> site = task.spawnSite();
        return site.isEmpty() ? "" : "; it was spawned at" + lines(site);
    }

    static String stalled(Duration soFar, Optional<Task<?>> task, List<StackTraceElement> stack) {
        String who = task.map(Task::toString).orElse("a callback");
        String cure = Carrier.whyNot().isEmpty()
                ? "; Hub.offload computes elsewhere"
                : "; Hub.offload computes elsewhere, Hub.blocking is for calls that block (" + Carrier.whyNot().get()
                        + ")";
        return who + " has kept a hub for " + soFar.toMillis() + " ms" + cure + lines(stack);
    }

    /// What each of them does, in lines.
    static String states(List<Task<?>> tasks) {
        return tasks.stream().map(HubLog::state).collect(Collectors.joining());
    }

    /// What a task does, in lines.
    static String state(Task<?> task) {
        Waiter waiter = task.waitsFor;
        String doing = task.phase().toString().toLowerCase(java.util.Locale.ROOT)
                + (waiter == null ? "" : ", waits for " + waiter.reason());
        return task + " (" + doing + ")" + lines(List.of(task.thread().getStackTrace())) + spawned(task) + "\n";
    }

    private static String lines(List<StackTraceElement> stack) {
        var text = new StringBuilder();
        for (StackTraceElement element : stack) {
            String type = element.getClassName();
            boolean inner = type.startsWith("java.lang.VirtualThread") || type.startsWith("jdk.internal.vm.")
                    || type.startsWith("java.lang.ScopedValue");
            if (!inner) {
                text.append("\n\tat ").append(element);
            }
        }
        return text.toString();
    }
}
