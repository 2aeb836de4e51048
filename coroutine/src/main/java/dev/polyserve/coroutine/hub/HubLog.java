package dev.polyserve.coroutine.hub;

import dev.polyserve.coroutine.carrier.Carrier;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The log messages of hubs. **Thread**: any.
final class HubLog {
    private static final System.Logger LOG = System.getLogger("dev.polyserve.coroutine");

    private HubLog() {}

    static void warn(String message, @Nullable Throwable error) {
        LOG.log(System.Logger.Level.WARNING, message, error);
    }

    /// Logs a failure after which the caller goes on. It never throws: while memory is short, nothing is logged.
    static void failed(String what, Throwable error) {
        try {
            warn(what, error);
        } catch (RuntimeException | Error e) {
            // There is nowhere to report it; what failed first is handled.
            return;
        }
    }

    static void abandoned(HubOptions options, List<Task<?>> tasks) {
        warn("tasks of the hub " + options.name() + " did not end within " + options.killTimeout().toMillis()
                + " ms after they were killed, and are abandoned\n" + states(tasks), null);
    }

    /// Calls a listener and logs what it throws, which ends neither a task nor its hub.
    static void callListener(Runnable report) {
        try {
            report.run();
        } catch (RuntimeException | Error e) {
            failed("the listener of a hub failed", e);
        }
    }

    static String spawned(Task<?> task) {
        List<StackTraceElement> site = task.spawnSite();
        return site.isEmpty() ? "" : "; it was spawned at" + lines(site);
    }

    static String stalled(Duration soFar, Optional<Task<?>> task, List<StackTraceElement> stack) {
        String blocker = task.map(Task::toString).orElse("a callback");
        String advice = Carrier.whyNot().isEmpty()
                ? "; use Hub.offload for long computations"
                : "; use Hub.offload for long computations and Hub.blocking for blocking calls ("
                        + Carrier.whyNot().get()
                        + ")";
        return blocker + " has blocked its hub for " + soFar.toMillis() + " ms" + advice + lines(stack);
    }

    /// The state of each task with its stack, in lines.
    static String states(List<Task<?>> tasks) {
        return tasks.stream().map(HubLog::state).collect(Collectors.joining());
    }

    /// The state of a task with its stack, in lines.
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
