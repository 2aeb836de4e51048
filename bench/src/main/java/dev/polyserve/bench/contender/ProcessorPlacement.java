package dev.polyserve.bench.contender;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The processors that contenders and the load generator run on, kept apart so that neither takes processor time from
/// the other.
///
/// A JVM that is pinned sees only its own processors, and sizes its thread pools accordingly.
///
/// **Thread**: any; placements are values.
public sealed interface ProcessorPlacement {
    /// A description for results and readers.
    String describe();

    int contenderProcessors();

    /// The number of processors of the load generator.
    int generatorProcessors();

    /// The words that precede a contender's command.
    List<String> commandPrefix();

    /// Contenders and load generator are pinned to separate processors.
    ///
    /// @param contender the processors of the contender that runs
    /// @param generator the processors of the load generator
    /// @param taskset the program that pins a process
    record Pinned(ProcessorList contender, ProcessorList generator, String taskset) implements ProcessorPlacement {
        @Override
        public String describe() {
            if (contender.equals(generator)) {
                return "contender and generator share " + contender.describe() + ", so each slows the other";
            }
            return "contender on " + contender.describe() + ", generator on " + generator.describe()
                    + (ProcessorTopology.sameCore(contender, generator) ? ", which share a core" : "");
        }

        @Override
        public int contenderProcessors() {
            return contender.count();
        }

        @Override
        public int generatorProcessors() {
            return generator.count();
        }

        @Override
        public List<String> commandPrefix() {
            return List.of(taskset, "-c", contender.toString());
        }
    }

    /// Contenders and load generator share all processors by choice: what a server does with more of them.
    ///
    /// @param processors number of processors
    record Shared(int processors) implements ProcessorPlacement {
        @Override
        public String describe() {
            return "contender and generator share all processors (" + processors + "), so each slows the other";
        }

        @Override
        public int contenderProcessors() {
            return processors;
        }

        @Override
        public int generatorProcessors() {
            return processors;
        }

        @Override
        public List<String> commandPrefix() {
            return List.of();
        }
    }

    /// The operating system schedules contenders and load generator on all processors, because none can be pinned.
    ///
    /// @param processors number of processors
    /// @param why the reason, continuing the words "not pinned:"
    record Unpinned(int processors, String why) implements ProcessorPlacement {
        @Override
        public String describe() {
            return "not pinned: " + why + ", so contender and generator share " + processors
                    + (processors == 1 ? " processor" : " processors");
        }

        @Override
        public int contenderProcessors() {
            return processors;
        }

        @Override
        public int generatorProcessors() {
            return processors;
        }

        @Override
        public List<String> commandPrefix() {
            return List.of();
        }
    }

    /// Lets contenders and load generator share all processors that this process may use.
    static ProcessorPlacement share() {
        return new Shared(Runtime.getRuntime().availableProcessors());
    }

    /// Divides the processors that this process may use, and pins this process to the load generator's.
    ///
    /// Threads that it starts later inherit the pinning; contenders are pinned as they start. Where pinning is not
    /// possible, no process is pinned, and [#describe] says why.
    static ProcessorPlacement take() throws InterruptedException {
        return take(ProcessHandle.current().pid(), ExecutableLookup.ofThisProcess());
    }

    /// The same for a load generator in another process, with the programs of the given path.
    static ProcessorPlacement take(long generatorPid, ExecutableLookup path) throws InterruptedException {
        Optional<ProcessorList> allowed = ProcessorTopology.allowed(ProcessHandle.current().pid());
        Optional<String> taskset = path.find("taskset");
        int all = Runtime.getRuntime().availableProcessors();
        if (allowed.isEmpty()) {
            return new Unpinned(all, "this system does not report the allowed processors");
        }
        if (taskset.isEmpty()) {
            return new Unpinned(all, "taskset is not installed (Debian package util-linux)");
        }
        Pinned pinned = divide(allowed.get(), ProcessorTopology.cores(allowed.get()), taskset.get());
        SystemCommand.Result moved = SystemCommand
                .run(List.of(pinned.taskset(), "-a", "-p", "-c", pinned.generator().toString(),
                        Long.toString(generatorPid)));
        // taskset prints nothing, and succeeds, when there was no thread to move.
        boolean isPinned = ProcessorTopology.allowed(generatorPid).filter(pinned.generator()::equals).isPresent();
        return moved.succeeded() && isPinned
                ? pinned
                : new Unpinned(all, "taskset did not move the generator (" + moved.lastLine() + ")");
    }

    /// Assigns half of the processors to each side, in whole cores where possible. The load generator gets the odd one,
    /// because it must not be the bottleneck.
    ///
    /// @param cores the same processors, grouped by core
    static Pinned divide(ProcessorList allowed, List<ProcessorList> cores, String taskset) {
        List<Integer> all = allowed.numbers();
        if (all.size() == 1) {
            return new Pinned(allowed, allowed, taskset);
        }
        int half = all.size() / 2;
        List<Integer> first = new ArrayList<>();
        for (ProcessorList core : cores) {
            if (first.size() + core.count() <= half) {
                first.addAll(core.numbers());
            }
        }
        ProcessorList contender = new ProcessorList(first.isEmpty() ? all.subList(0, half) : first);
        List<Integer> rest = all.stream().filter(number -> !contender.numbers().contains(number)).toList();
        return new Pinned(contender, new ProcessorList(rest), taskset);
    }
}
