package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Measures the processor time of the threads of a process, without the JVM's compiler and garbage-collector threads.
///
/// The unit is nanoseconds on a processor as the scheduler counts them (`/proc/PID/task/TID/schedstat`, proc(5)), so
/// the result does not depend on other load of the machine.
final class ProcessorTime {
    /// The name prefixes of the JVM's own threads, which work while the program is idle.
    private static final List<String> OF_THE_VIRTUAL_MACHINE = List.of("C1 ", "C2 ", "GC Thread#", "G1 ", "VM Thread",
            "VM Periodic", "Monitor Deflat", "Service Thread", "Signal Dispatch");
    private static final Duration WINDOW = Duration.ofMillis(200);
    /// The time for remaining work after the last client has left, on a busy machine.
    private static final Duration SETTLING = Duration.ofSeconds(20);
    private static final double IDLE_CORES = 0.02;
    /// The time until a process is quiet, on a busy machine.
    private static final Duration QUIET_WITHIN = Duration.ofSeconds(10);
    private static final Duration FIRST_QUIET = Duration.ofSeconds(1);
    private static final Duration STAYS_QUIET = Duration.ofSeconds(2);

    private ProcessorTime() {}

    /// The average use of a core by the process over a time.
    static double coresUsed(long pid, Duration time) throws Exception {
        return total(uses(List.of(pid), time));
    }

    /// Requires that the process comes to use less than this of a core, on average over a second, and then stays below it
    /// on average over two seconds.
    static void requireBelow(double cores, long pid) throws Exception {
        Eventually.holds(QUIET_WITHIN,
                () -> assertThat(coresUsed(pid, FIRST_QUIET)).as("cores used").isLessThan(cores));
        assertThat(coresUsed(pid, STAYS_QUIET)).as("cores used after a quiet second").isLessThan(cores);
    }

    /// How often threads of the processes and of their children begin to run, each second and for each process, in a time.
    /// Where nothing else wants the processors, it is how often they wake.
    static List<Wakeups> wakeups(List<ProcessHandle> processes, Duration time) throws Exception {
        List<List<Long>> pids = processes.stream().map(ProcessorTime::withChildren).toList();
        List<Map<Path, Sample>> before = new ArrayList<>();
        for (List<Long> some : pids) {
            before.add(threads(some));
        }
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
        List<Wakeups> wakeups = new ArrayList<>();
        for (int i = 0; i < pids.size(); i++) {
            Map<String, Long> runs = runs(before.get(i), threads(pids.get(i)));
            double sum = runs.values().stream().mapToLong(Long::longValue).sum();
            wakeups.add(new Wakeups(sum * 1e9 / time.toNanos() / pids.get(i).size(), runs));
        }
        return wakeups;
    }

    /// How often the threads of each name began to run between two samples. A thread that has begun counts from its begin.
    private static Map<String, Long> runs(Map<Path, Sample> before, Map<Path, Sample> after) {
        Map<String, Long> runs = new TreeMap<>();
        after.forEach((task, now) -> {
            long count = now.runs() - before.getOrDefault(task, Sample.NEW).runs();
            if (count > 0) {
                runs.merge(now.name(), count, Long::sum);
            }
        });
        return runs;
    }

    /// Requires that the process, if it is alive, and its children come to use less than 2 % of a core.
    static void requireIdle(ProcessHandle process) throws Exception {
        Eventually.holds(SETTLING, () -> {
            List<Use> uses = uses(withChildren(process), WINDOW);
            assertThat(total(uses)).as("cores used by the idle process %d: %s", process.pid(), uses)
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

    /// Empty for a process that has ended.
    private static List<Path> tasks(long pid) throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            return tasks.toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    /// How often the threads of a process wake.
    ///
    /// @param perSecond the average of its processes
    /// @param runs how often the threads of each name have run
    record Wakeups(double perSecond, Map<String, Long> runs) {}

    /// The name of a thread, its processor time so far, and how often it has begun to run.
    private record Sample(String name, long nanos, long runs) {
        static final Sample NEW = new Sample("", 0, 0);

        /// Empty for a thread that has ended meanwhile.
        static Optional<Sample> of(Path task) throws IOException {
            try {
                String[] counters = Files.readString(task.resolve("schedstat")).strip().split(" ", -1);
                return Optional.of(new Sample(Files.readString(task.resolve("comm")).strip(),
                        Long.parseLong(counters[0]), Long.parseLong(counters[2])));
            } catch (IOException e) {
                if (Files.exists(task)) {
                    throw e;
                }
                return Optional.empty();
            }
        }
    }

    /// The average use of a core by a thread.
    private record Use(String thread, double cores) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%s %.3f", thread, cores);
        }
    }
}
