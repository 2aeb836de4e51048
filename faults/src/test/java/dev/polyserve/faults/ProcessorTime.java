package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Processor time that the threads of a process take, without those in which its Java virtual machine compiles and collects.
///
/// It is time on a processor as the scheduler counts it (`/proc/PID/task/TID/schedstat`, proc(5)), in nanoseconds, so it
/// does not depend on what else the machine does.
final class ProcessorTime {
    /// Beginnings of the names of threads that work though the program has nothing to do.
    private static final List<String> OF_THE_VIRTUAL_MACHINE = List.of("C1 ", "C2 ", "GC Thread#", "G1 ", "VM Thread",
            "VM Periodic");
    private static final Duration WINDOW = Duration.ofMillis(200);
    /// For what is still to be done after the last client has left, on a busy machine.
    private static final Duration SETTLING = Duration.ofSeconds(20);
    private static final double IDLE_CORES = 0.02;

    private ProcessorTime() {}

    /// How much of a core the process uses on average while that time passes.
    static double coresUsed(long pid, Duration time) throws Exception {
        return total(uses(List.of(pid), time));
    }

    /// Requires that the process and its children, if it still lives, come to use less than 2 % of a core.
    static void requireIdle(ProcessHandle process) throws Exception {
        Eventually.holds(SETTLING, () -> {
            List<Use> uses = uses(withChildren(process), WINDOW);
            assertThat(total(uses)).as("cores used by process %d, which has nothing to do: %s", process.pid(), uses)
                    .isLessThan(IDLE_CORES);
        });
    }

    private static List<Long> withChildren(ProcessHandle process) {
        return Stream.concat(Stream.of(process), process.children()).map(ProcessHandle::pid).toList();
    }

    private static double total(List<Use> uses) {
        return uses.stream().mapToDouble(Use::cores).sum();
    }

    private static List<Use> uses(List<Long> pids, Duration time) throws Exception {
        Map<Path, Sample> before = threads(pids);
        long began = System.nanoTime();
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
        Map<Path, Sample> after = threads(pids);
        double elapsedNanos = System.nanoTime() - began;
        return after.entrySet().stream().map(entry -> {
            Sample now = entry.getValue();
            long nanosBefore = before.getOrDefault(entry.getKey(), Sample.NEW).nanos();
            return new Use(now.name(), (now.nanos() - nanosBefore) / elapsedNanos);
        }).filter(use -> use.cores() > 0).toList();
    }

    private static Map<Path, Sample> threads(List<Long> pids) throws IOException {
        Map<Path, Sample> threads = new HashMap<>();
        for (long pid : pids) {
            for (Path task : tasks(pid)) {
                Sample.of(task).filter(thread -> OF_THE_VIRTUAL_MACHINE.stream().noneMatch(thread.name()::startsWith))
                        .ifPresent(thread -> threads.put(task, thread));
            }
        }
        return threads;
    }

    /// Those of a process that has ended are none.
    private static List<Path> tasks(long pid) throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            return tasks.toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    /// A thread's name, and how long it has been on a processor so far.
    private record Sample(String name, long nanos) {
        static final Sample NEW = new Sample("", 0);

        /// Nothing of one that has ended meanwhile.
        static Optional<Sample> of(Path task) throws IOException {
            try {
                return Optional.of(new Sample(Files.readString(task.resolve("comm")).strip(),
                        Long.parseLong(Files.readString(task.resolve("schedstat")).split(" ", -1)[0])));
            } catch (IOException e) {
                if (Files.exists(task)) {
                    throw e;
                }
                return Optional.empty();
            }
        }
    }

    /// How much of a core a thread has used on average.
    private record Use(String thread, double cores) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%s %.3f", thread, cores);
        }
    }
}
