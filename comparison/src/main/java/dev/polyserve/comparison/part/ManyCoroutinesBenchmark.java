package dev.polyserve.comparison.part;

import com.sun.management.OperatingSystemMXBean;
import dev.polyserve.coroutine.carrier.Carrier;
import dev.polyserve.coroutine.Generator;
import dev.polyserve.coroutine.hub.Group;
import dev.polyserve.coroutine.hub.Hub;
import dev.polyserve.coroutine.hub.HubOptions;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;

/// Measures large numbers of coroutines; started by `comparison/coroutines`.
///
/// It also prints processor time, which other programs on the machine affect little.
public final class ManyCoroutinesBenchmark {
    private static final HubOptions UNWATCHED = HubOptions.defaults().withStallLimit(Duration.ZERO);
    private static final Duration LONG = Duration.ofHours(1);

    private ManyCoroutinesBenchmark() {}

    static void main(String[] arguments) throws Exception {
        IO.println("threads are lent: " + Carrier.whyNot().map(why -> "no, " + why).orElse("yes"));
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            int number = Integer.parseInt(arguments[i + 1]);
            switch (arguments[i]) {
                case "values" -> values(number);
                case "spawns" -> spawns(number);
                case "switches" -> switches(number);
                case "generators" -> generators(number);
                case "tasks" -> tasks(number);
                default -> throw new IllegalArgumentException(
                        arguments[i] + " is none of values, switches, spawns, generators and tasks: see --help");
            }
        }
    }

    private static void values(int number) {
        try (Generator<Integer> numbers = Generator.of(out -> {
            Integer one = 1;
            while (true) {
                out.yield(one);
            }
        })) {
            for (int warmUp = 1; warmUp >= 0; warmUp--) {
                var began = Start.now();
                for (int i = 0; i < number; i++) {
                    check(numbers.next() == 1, "a wrong value");
                }
                began.print(number, warmUp > 0 ? "values of a generator, warming up" : "values of a generator");
            }
        }
    }

    private static void spawns(int number) throws Exception {
        Hub.run(UNWATCHED, hub -> {
            for (int warmUp = 1; warmUp >= 0; warmUp--) {
                var began = Start.now();
                for (int i = 0; i < number; i++) {
                    check(hub.spawn(() -> 1).get() == 1, "a wrong result");
                }
                began.print(number, warmUp > 0 ? "tasks spawned and joined, warming up" : "tasks spawned and joined");
            }
        });
    }

    private static void switches(int number) throws Exception {
        var began = Start.now();
        try (var pair = new GreenletPair()) {
            check(pair.countDown(number) == 0, "greenlets have ended early");
        }
        began.print(number, "switches between greenlets");

        var beganTasks = Start.now();
        Hub.run(UNWATCHED, hub -> {
            int[] turns = {0};
            for (int i = 0; i < 2; i++) {
                int me = i;
                hub.spawn(() -> {
                    for (int n = 0; n < number / 2; n++) {
                        check(turns[0] % 2 == me, "a turn was lost or came twice");
                        turns[0]++;
                        hub.yield();
                    }
                });
            }
        });
        beganTasks.print(number, "switches between tasks");
    }

    private static void generators(int number) throws IOException {
        long before = used();
        long resident = resident();
        var began = Start.now();
        var alive = new ArrayList<Generator<Integer>>(number);
        for (int i = 0; i < number; i++) {
            int value = i;
            Generator<Integer> generator = Generator.of(out -> {
                out.yield(value);
                out.yield(-value);
            });
            check(generator.next() == i, "a wrong value");
            alive.add(generator);
        }
        began.print(number, "generators begun");
        memory("generator", number, used() - before, resident() - resident);
        var beganToUse = Start.now();
        for (int i = 0; i < number; i++) {
            check(alive.get(i).next() == -i, "a wrong value");
        }
        alive.forEach(Generator::close);
        beganToUse.print(number, "generators used again and closed");
    }

    private static void tasks(int number) throws Exception {
        Hub.run(UNWATCHED, hub -> {
            long before = used();
            long resident = resident();
            var began = Start.now();
            var group = new Group(hub);
            for (int i = 0; i < number; i++) {
                group.spawn(() -> hub.sleep(LONG));
            }
            hub.sleep(Duration.ofMillis(1));
            began.print(number, "tasks asleep");
            memory("sleeping task", number, used() - before, resident() - resident);
            var beganKilling = Start.now();
            check(group.kill(LONG), "not all have ended");
            beganKilling.print(number, "tasks killed");
        });
    }

    private static void check(boolean right, String otherwise) {
        if (!right) {
            throw new IllegalStateException(otherwise);
        }
    }

    private static void memory(String what, int number, long heap, long resident) {
        IO.println("one %s takes %,d bytes of the heap; the process has grown by %,d for each".formatted(
                what, heap / number, resident / number));
    }

    private static long used() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static long resident() throws IOException {
        Path status = Path.of("/proc/self/statm");
        return Files.exists(status) ? Long.parseLong(Files.readString(status).split(" ", 3)[1]) * 4096 : 0;
    }

    /// The start of a measurement, on the clock and in processor time.
    private record Start(long nanos, long processorNanos) {
        static Start now() {
            return new Start(System.nanoTime(), processor());
        }

        private static long processor() {
            return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
        }

        void print(int number, String what) {
            double took = System.nanoTime() - nanos;
            double processor = processor() - processorNanos;
            IO.println("%,d %s: %.1f s; for each %.0f ns, %.0f ns of processor time".formatted(number, what, took / 1e9,
                    took / number, processor / number));
        }
    }
}
